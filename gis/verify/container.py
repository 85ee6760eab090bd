"""Opening a GeoPackage as what it is, an SQLite file, without trusting anything in it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from gis.errors import InvalidPackage, UnreadableFile

LONGEST_VALUE_BYTES = 2**28
READING_S = 120.0
_STEPS = 100_000


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """
    Open a package for reading; nothing is written beside the file, not even a journal.

    Values over 256 MiB are refused and reading ends after two minutes, so that a file made to
    exhaust its reader does not.

    Raises
    ------
    UnreadableFile
        There is no such file, it is damaged or no GeoPackage, or another program still writes it.
    """
    _refuse_absent(path)
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            _guard(connection)
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != ("ok",):
                raise sqlite3.DatabaseError(str(verdict[0]) if verdict else "no content")
            connection.execute("SELECT count(*) FROM gpkg_contents").fetchone()
            yield connection
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
        # UnicodeDecodeError: SQLite's own message may quote damaged text.
        raise UnreadableFile(
            f"{path.name} is not a readable GeoPackage ({_plain(error)}): write it again.",
            f"{path.name} 不是可读取的 GeoPackage（{_plain(error)}），请重新生成。",
        ) from error


def invalid(path: Path, en: str, zh: str) -> InvalidPackage:
    """Fault of a file that is a GeoPackage but no grid package."""
    return InvalidPackage(
        f"{path.name} is not a grid package: {printable(en)}. See docs/grid-package.md.",
        f"{path.name} 不是网格包：{printable(zh)}。见 docs/grid-package.md。",
    )


def printable(text: str) -> str:
    """Text of a file with nothing in it that could steer a terminal or break an encoding."""
    return "".join(c if c.isprintable() else " " for c in text)


def _refuse_absent(path: Path) -> None:
    try:
        there = path.is_file()
        unfinished = [
            beside
            for beside in (path.with_name(path.name + tail) for tail in ("-wal", "-journal"))
            if beside.is_file() and beside.stat().st_size
        ]
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name!r} cannot be opened: give the path of a grid package.",
            f"无法打开 {path.name!r}，请给出网格包的路径。",
        ) from error
    if not there:
        raise UnreadableFile(
            f"There is no file {path.name}: give the path of a grid package.",
            f"找不到文件 {path.name}，请给出网格包的路径。",
        )
    if unfinished:
        raise UnreadableFile(
            f"{path.name} is still open in another program (there is {unfinished[0].name}): "
            "close it there first.",
            f"{path.name} 正被其他程序打开（存在 {unfinished[0].name}），请先在该程序中关闭。",
        )


def _guard(connection: sqlite3.Connection) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema = OFF")
    end = time.monotonic() + READING_S
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def _plain(error: Exception) -> str:
    return printable(str(error)[:200])
