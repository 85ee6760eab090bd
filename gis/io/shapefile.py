"""Reading Shapefiles: a .shp with its companions, a folder of them, or a zip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from gis.io.archive import checked_entries, entry_name, extract_entry
from gis.io.dbf import dbf_header, decoded, encoding_of
from gis.io.gdal import read_with_gdal
from gis.io.table import MAX_ROWS, RawTable, unique_headings, unreadable

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_shapefile(path: Path, encoding: str | None = None, *, file: str | None = None) -> RawTable:
    """
    Read one Shapefile.

    Raises
    ------
    UnreadableFile
        A part is missing (.shx, .dbf), cut off or contradicts the others, or the text does
        not decode.
    """
    file = file or path.name
    shp, shx, dbf = (_part(path, suffix) for suffix in _PARTS[:3])
    if shp is None or dbf is None or shx is None:
        raise unreadable(
            file,
            "a Shapefile needs its .shp, .shx and .dbf side by side; one is missing.",
            "Shapefile 的 .shp、.shx、.dbf 须放在一起，现缺其一。",
        )
    rows = _checked_rows(shp, shx, dbf, file)
    codec, source = encoding_of(dbf, file, encoding)
    # an empty ENCODING hands the bytes over as Latin-1, one character each, to be decoded here
    table = read_with_gdal(shp, "shapefile", file=file, ENCODING="")
    if len(table.columns) != rows:
        raise unreadable(
            file,
            f"only {len(table.columns)} of {rows} rows can be read: damaged.",
            f"{rows} 行中只能读出 {len(table.columns)} 行，文件已损坏。",
        )
    columns = _decoded_columns(table.columns, codec, file)
    notes = (("encoding-told", f"{codec} ({source})"),) if source == "content" else ()
    return replace(table, file=file, columns=columns, notes=notes)


def _part(path: Path, suffix: str) -> Path | None:
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def _checked_rows(shp: Path, shx: Path, dbf: Path, file: str) -> int:
    """Rows by the index, after the lengths that all three files state were compared."""
    rows = (shx.stat().st_size - 100) // 8
    for part in (shp, shx):
        with part.open("rb") as stream:
            head = stream.read(100)
        stated = int.from_bytes(head[24:28], "big") * 2
        if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a" or stated > part.stat().st_size:
            raise unreadable(
                file,
                f"{part.suffix} is damaged or cut off: it states {stated} bytes.",
                f"{part.suffix} 已损坏或不完整：应有 {stated} 字节。",
            )
    in_table = dbf_header(dbf, file).rows
    if rows != in_table or rows > MAX_ROWS:
        raise unreadable(
            file,
            f"{rows} shapes but {in_table} attribute rows: the parts do not belong together.",
            f"图形 {rows} 个，属性 {in_table} 行，各部分不匹配。",
        )
    return rows


def _decoded_columns(columns: pd.DataFrame, codec: str, file: str) -> pd.DataFrame:
    try:
        headings = [decoded(str(c).encode("latin-1"), codec) for c in columns.columns]
        texts = {str(c): _decoded(columns[c], codec) for c in columns if _is_text(columns[c])}
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise unreadable(
            file,
            f"some text is not {codec}; say --encoding gb18030, big5 or utf-8.",
            f"部分文字不是 {codec} 编码，请用 --encoding 指明 gb18030、big5 或 utf-8。",
        ) from error
    result = columns.assign(**texts) if texts else columns.copy()
    result.columns = pd.Index(unique_headings(list(headings)), dtype=object)
    return result


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column) or column.dtype == object)


def _decoded(column: pd.Series, codec: str) -> pd.Series:
    codes, cells = pd.factorize(column, use_na_sentinel=True)
    texts = [decoded(str(c).encode("latin-1"), codec).strip("\x00 ") for c in cells]
    values = pd.Series([*texts, None], dtype=object)
    return pd.Series(values.to_numpy()[codes], index=column.index, dtype=object)


def shapefiles_in(folder: Path) -> dict[str, Path]:
    """Shapefiles directly in a folder, by layer name."""
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".shp" and p.is_file())
    return {p.stem: p for p in found}


@contextmanager
def unpacked(path: Path) -> Iterator[dict[str, Path]]:
    """
    Unpack what a zip holds of readable files into a private folder that is gone afterwards.

    Files get names of our own making; the keys are the names without folder, and without
    extension for Shapefiles, as their maker wrote them.

    Raises
    ------
    UnreadableFile
        See `gis.io.archive.checked_entries`.
    """
    entries = checked_entries(path)
    stems: dict[str, str] = {}
    found: dict[str, Path] = {}
    with TemporaryDirectory(prefix="wangge-") as private:
        for entry in entries:
            name = Path(entry_name(entry))
            suffix = name.suffix.lower()
            if name.name.startswith((".", "__")) or "__MACOSX" in name.parts:
                continue
            if suffix not in (*_PARTS, ".geojson", ".json", ".gpkg", ".fgb", ".csv", ".parquet"):
                continue
            stem = stems.setdefault(str(name.with_suffix("")), f"part{len(stems)}")
            target = Path(private) / f"{stem}{suffix}"
            extract_entry(path, entry, target)
            if suffix not in _PARTS:
                found[name.name] = target
            elif suffix == ".shp":
                found[name.stem] = target
        yield found
