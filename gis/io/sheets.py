"""Reading CSV and XLSX: tables of text whose place, if any, is in two columns or one."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.io.archive import checked_entries
from gis.io.spreadsheet import as_written
from gis.io.table import (
    ANY,
    MAX_ROWS,
    Geometries,
    RawTable,
    Wanted,
    no_such_layer,
    unique_headings,
    unreadable,
)

LON_HEADINGS = ("lon", "longitude", "lng", "long", "x", "经度", "东经", "x坐标", "坐标x")
LAT_HEADINGS = ("lat", "latitude", "y", "纬度", "北纬", "y坐标", "坐标y")
WKT_HEADINGS = ("wkt", "geometry", "geom", "the_geom", "几何", "空间坐标", "边界")
_TYPES = ("POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION", "SRID=")
MAX_COLUMNS = 1_000
# what zipfile, the XML parser and openpyxl raise on damaged workbooks (found by the fuzzer)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # of both XML parsers that openpyxl may use, its own and lxml's
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
)
_SPOKEN = {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}
MAX_CELLS = 50_000_000
MAX_BLANK_ROWS = 10_000


def read_csv(path: Path, encoding: str | None = None) -> RawTable:
    """
    Read delimited text (comma, tab or semicolon); encoding UTF-8 or GB18030 by trial.

    Raises
    ------
    UnreadableFile
        The text does not decode, a row has more cells than the heading, or quotes never end.
    """
    text, used = _text(path, encoding)
    if "\x00" in text:
        raise unreadable(path.name, "it holds binary data.", "文件含有二进制数据。")
    csv.field_size_limit(256 * 1024**2)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise unreadable(
            path.name, f"damaged CSV ({error}).", f"CSV 已损坏（{error}）。"
        ) from error
    notes = (("encoding-told", used),) if encoding is None and used != "utf-8" else ()
    return _table(path.name, "csv", rows, notes=notes)


def _text(path: Path, encoding: str | None) -> tuple[str, str]:
    raw = path.read_bytes()
    choices = (encoding,) if encoding else ("utf-8-sig", "gb18030")
    if encoding is None and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        choices = ("utf-16",)
    for choice in choices:
        try:
            return raw.decode(choice), choice.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    raise unreadable(
        path.name,
        f"the text is not {' or '.join(_SPOKEN.get(c, c) for c in choices)}: save it as CSV UTF-8, "
        "or on the command line say --encoding.",
        f"文本不是 {' 或 '.join(_SPOKEN.get(c, c) for c in choices)} 编码：请另存为“CSV UTF-8”，"
        "命令行可用 --encoding 指明。",
    )


def read_xlsx(path: Path, wanted: Wanted = ANY) -> RawTable:
    """
    Read one sheet of a workbook: stored values only, no formula is computed.

    The first row that has at least two filled cells is the heading (titles above a table are
    common in office files). Cells that hold a formula without a stored value are listed.

    Raises
    ------
    UnreadableFile
        Damaged, a bomb, no such sheet, or larger than 50 million cells.
    """
    _refuse_xml_tricks(path)
    rows, titles, formulas = _sheet_rows(path, wanted)
    return _table(path.name, "xlsx", rows, formulas=formulas, titles=titles)


def _refuse_xml_tricks(path: Path) -> None:
    """Entities in a workbook's XML are always an attack; Excel never writes any."""
    for entry in checked_entries(path):
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        try:
            with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
                head = stream.read(4096)
        except _DAMAGE as error:
            raise _damaged(path.name, error) from error
        if b"<!DOCTYPE" in head.replace(b"\x00", b"") or b"<!ENTITY" in head.replace(b"\x00", b""):
            raise unreadable(
                path.name, "its XML declares entities; refused.", "其 XML 含实体声明，已拒绝。"
            )


def _damaged(file: str, error: BaseException) -> Exception:
    said = " ".join(str(error).split())[:160] or type(error).__name__
    return unreadable(file, f"damaged workbook ({said}).", f"工作簿已损坏（{said}）。")


def _sheet_rows(
    path: Path, wanted: Wanted
) -> tuple[list[list[Any]], int, tuple[tuple[int, str], ...]]:
    """Rows from the heading on, how many stand above it, and cells of formulas without a value."""
    values = _values(path, wanted, data_only=True)
    start = _heading_row(values)
    values = values[start:]
    if not _has_formulas(path):
        return values, start, ()
    formulas = []
    headings = unique_headings(list(values[0])) if values else []
    for row, (stored, written) in enumerate(
        zip(values[1:], _values(path, wanted, data_only=False)[start + 1 :], strict=False), start=1
    ):
        for heading, value, source in zip(headings, stored, written, strict=False):
            if value is None and source is not None:
                formulas.append((row, heading))
    return values, start, tuple(formulas)


def _has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula element; streamed, for a sheet may be large."""
    for entry in checked_entries(path):
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        try:
            with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
                tail = b""
                while chunk := stream.read(1024**2):
                    if b"<f" in tail + chunk:
                        return True
                    tail = chunk[-1:]
        except _DAMAGE as error:
            raise _damaged(path.name, error) from error
    return False


def _values(path: Path, wanted: Wanted, *, data_only: bool) -> list[list[Any]]:
    import openpyxl

    try:
        # opened here, since openpyxl leaves a file open that it fails to load
        with path.open("rb") as stream:
            book = openpyxl.load_workbook(
                stream, read_only=True, data_only=data_only, keep_links=False
            )
            return _cells(path.name, book, wanted)
    except _DAMAGE as error:
        raise _damaged(path.name, error) from error


def _cells(file: str, book: Any, wanted: Wanted) -> list[list[Any]]:
    names = list(book.sheetnames)
    # without a name and a likely one, the first sheet: an office's second is often a legend
    chosen = wanted.among(names) or (names[0] if names and wanted.name is None else None)
    if chosen is None:
        raise no_such_layer(file, names, wanted)
    page = book[chosen]
    # a stated size may be absurd (A1:XFD1048576); only rows that are really there are read
    page.reset_dimensions()
    rows: list[list[Any]] = []
    cells, empty = 0, 0
    for row in page.iter_rows(values_only=True):
        filled = len(row)
        while filled and row[filled - 1] is None:
            filled -= 1
        cells += len(row)
        empty = 0 if filled else empty + 1
        if len(rows) > MAX_ROWS or cells > MAX_CELLS or filled > MAX_COLUMNS:
            raise unreadable(file, "over 50 million cells; split it.", "单元格过多，请拆分。")
        if empty > MAX_BLANK_ROWS:
            break
        rows.append(list(row[:filled]))
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _heading_row(rows: list[list[Any]]) -> int:
    for position, row in enumerate(rows[:10]):
        if sum(value not in (None, "") for value in row) >= 2:
            return position
    return 0


def _table(
    file: str,
    kind: Any,
    rows: list[list[Any]],
    *,
    notes: tuple[tuple[str, str], ...] = (),
    formulas: tuple[tuple[int, str], ...] = (),
    titles: int = 0,
) -> RawTable:
    if not rows or not any(str(c or "").strip() for c in rows[0]):
        raise unreadable(file, "it has no heading row.", "没有表头行。")
    if len(rows[0]) > MAX_COLUMNS:
        raise unreadable(
            file,
            f"the heading has {len(rows[0])} columns, more than {MAX_COLUMNS}.",
            f"表头有 {len(rows[0])} 列，超过 {MAX_COLUMNS} 列。",
        )
    headings = unique_headings(list(rows[0]))
    width = len(headings)
    numbers = np.flatnonzero(np.fromiter(map(bool, rows[1:]), bool, len(rows) - 1)) + titles + 2
    body = [row for row in rows[1:] if row]
    for number, row in enumerate(body, start=1):
        if len(row) > width and any(str(c or "").strip() for c in row[width:]):
            raise unreadable(
                file,
                f"row {number} has {len(row)} cells, the heading {width}.",
                f"第 {number} 行有 {len(row)} 格，表头只有 {width} 格。",
            )
    padded = [(row + [None] * (width - len(row)))[:width] for row in body]
    cells = pd.DataFrame(padded, columns=pd.Index(headings, dtype=object), dtype=object)
    cells = cells.map(_plain_cell)
    geometry, used, broken = sheet_geometry(cells)
    return RawTable(
        file,
        kind,
        cells.drop(columns=list(used)),
        geometry,
        None,
        notes=notes,
        formulas=formulas,
        broken=broken,
        file_rows=numbers,
    )


def _plain_cell(value: Any) -> Any:
    if isinstance(value, str):
        return as_written(value.strip()) or None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    return value


def sheet_geometry(
    cells: pd.DataFrame,
) -> tuple[Geometries | None, tuple[str, ...], tuple[int, ...]]:
    """
    Build geometry from a WKT column or a lon and a lat column, found by their headings.

    Returns
    -------
    geometry, used, broken
        None when the table is a ledger without geometry; the columns that were used up; rows
        (from 0) whose text is no geometry or no number.
    """
    by_name = {str(c).strip().lower(): str(c) for c in cells.columns}
    for name in WKT_HEADINGS:
        if name in by_name and _looks_like_wkt(cells[by_name[name]]):
            geometry, broken = _from_wkt(cells[by_name[name]])
            return geometry, (by_name[name],), broken
    lon = next((by_name[n] for n in LON_HEADINGS if n in by_name), None)
    lat = next((by_name[n] for n in LAT_HEADINGS if n in by_name), None)
    if lon is None or lat is None:
        return None, (), ()
    geometry, broken = _from_lonlat(cells[lon], cells[lat])
    return geometry, (lon, lat), broken


def _looks_like_wkt(column: pd.Series) -> bool:
    texts = column.dropna().astype(str).str.upper()
    return bool(texts.str.startswith(_TYPES).any())


def _from_wkt(column: pd.Series) -> tuple[Geometries, tuple[int, ...]]:
    texts = column.astype(object).where(column.notna(), None).to_numpy()
    texts = np.array([t if t is None else str(t).split(";")[-1] for t in texts], dtype=object)
    given = np.array([t is not None for t in texts], dtype=bool)
    geometry = shapely.force_2d(shapely.from_wkt(texts, on_invalid="ignore"))
    broken = np.flatnonzero(given & shapely.is_missing(geometry))
    return np.asarray(geometry, dtype=object), tuple(int(row) for row in broken)


def _from_lonlat(lon: pd.Series, lat: pd.Series) -> tuple[Geometries, tuple[int, ...]]:
    x = pd.to_numeric(lon, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    y = pd.to_numeric(lat, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    given = (lon.notna() | lat.notna()).to_numpy()
    good = np.isfinite(x) & np.isfinite(y)
    geometry = np.full(len(x), None, dtype=object)
    geometry[good] = shapely.points(x[good], y[good])
    return geometry, tuple(int(row) for row in np.flatnonzero(given & ~good))
