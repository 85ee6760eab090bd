"""Which format a file has: told by its content, and checked against its name."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from gis.io.table import FormatName, unreadable

Container = Literal["zip", "folder"]

EXTENSIONS: dict[str, FormatName | Literal["zip"]] = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "geopackage",
    ".shp": "shapefile",
    ".fgb": "flatgeobuf",
    ".parquet": "geoparquet",
    ".geoparquet": "geoparquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".zip": "zip",
}
READABLE = "GeoJSON, GeoPackage, Shapefile, zip, FlatGeobuf, GeoParquet, CSV, XLSX"
MAX_BYTES = 4 * 1024**3

_MAGIC: tuple[tuple[bytes, FormatName | Literal["zip"]], ...] = (
    (b"SQLite format 3\x00", "geopackage"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"fgb", "flatgeobuf"),
    (b"PAR1", "geoparquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)


def local_file(path: str | Path) -> Path:
    """
    Return the path of an existing local file or folder, made absolute.

    Web addresses and GDAL's virtual file systems (``/vsicurl/...``) are refused: Wangge
    reads what lies on this machine and nothing else.

    Raises
    ------
    UnreadableFile
        It is an address, does not exist, is neither file nor folder, is empty or over 4 GB.
    """
    text = str(path)
    name = Path(text).name or text
    if "://" in text or text.startswith("/vsi") or "\x00" in text:
        raise unreadable(
            text[:200],
            "only files on this machine are read; download it first.",
            "只读取本机文件，请先下载。",
        )
    try:
        found = Path(text).resolve()
        is_folder, is_file = found.is_dir(), found.is_file()
        size = found.stat().st_size if is_file else 1
    except (OSError, RuntimeError) as error:
        raise unreadable(name, f"cannot be opened ({error}).", f"无法打开（{error}）。") from error
    if not is_folder and not is_file:
        raise unreadable(name, "no such file.", "文件不存在。")
    if size == 0:
        raise unreadable(name, "the file is empty.", "文件是空的。")
    if size > MAX_BYTES:
        raise unreadable(name, "the file is over 4 GB; split it.", "文件超过 4 GB，请拆分。")
    return found


def format_of(path: Path) -> FormatName | Container:
    """
    Tell the format from the first bytes; the name must agree.

    Raises
    ------
    UnreadableFile
        The content is none of the formats read, or another one than the extension says.
    """
    if path.is_dir():
        return "folder"
    content = _by_content(path)
    named = EXTENSIONS.get(path.suffix.lower())
    if named is None:
        raise unreadable(
            path.name,
            f"files named *{path.suffix} are not read; use one of {READABLE}.",
            f"不支持扩展名 {path.suffix}，请使用 {READABLE}。",
        )
    if named == "xlsx" and content == "zip":
        return "xlsx"
    if content is None:
        content = "csv" if named == "csv" else None
    if content == named:
        return named
    real = content or "an unknown or damaged format"
    raise unreadable(
        path.name,
        f"the name says {named}, the content is {real}; check the file or rename it.",
        f"扩展名表示 {named}，内容却是 {content or '未知或损坏的格式'}，请检查文件或改名。",
    )


def _by_content(path: Path) -> FormatName | Literal["zip"] | None:
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise unreadable(
            path.name, f"cannot be read ({error}).", f"无法读取（{error}）。"
        ) from error
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{") or head.startswith((b"{\x00", b"\xff\xfe{")):
        return "geojson"
    if text.startswith(b"<"):
        raise unreadable(
            path.name,
            f"XML files (KML, GML, VRT, web pages) are not read; use one of {READABLE}.",
            f"不读取 XML 文件（KML、GML、VRT、网页），请使用 {READABLE}。",
        )
    return None


def opened_readonly(path: Path) -> sqlite3.Connection:
    """Open an SQLite file so that nothing is written beside it and nothing in it is run."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 512 * 1024**2)
    return connection
