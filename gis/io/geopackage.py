"""
Reading GeoPackage.

A GeoPackage is a database: it may hold views that never end, columns computed on reading and
pages that do not fit together. All that is looked at before GDAL opens it.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from gis.io.formats import opened_readonly
from gis.io.table import ANY, MAX_ROWS, RawTable, Wanted, no_such_layer, unreadable

CHECK_S = 60.0


@dataclass(frozen=True, slots=True)
class PackageLayer:
    """A table of a GeoPackage: its name, whether it has geometry, and its number of rows."""

    name: str
    spatial: bool
    rows: int


def package_layers(path: Path) -> list[PackageLayer]:
    """
    List the tables of a GeoPackage that may be read, feature tables first.

    Raises
    ------
    UnreadableFile
        Damaged, not a GeoPackage, or open in another program with changes not yet written.
    """
    wal = path.with_name(path.name + "-wal")
    if wal.is_file() and wal.stat().st_size:
        raise unreadable(
            path.name,
            "it is open in another program (a -wal file lies beside it); close it there first.",
            "文件正被其他程序打开（旁边有 -wal 文件），请先关闭。",
        )
    try:
        connection = opened_readonly(path)
        try:
            return _checked_layers(connection, path.name)
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise unreadable(
            path.name, f"damaged GeoPackage ({error}).", f"GeoPackage 已损坏（{error}）。"
        ) from error


def _checked_layers(connection: sqlite3.Connection, file: str) -> list[PackageLayer]:
    deadline = time.monotonic() + CHECK_S
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict is None or verdict[0] != "ok":
        raise unreadable(file, f"damaged GeoPackage ({verdict}).", "GeoPackage 已损坏。")
    contents = connection.execute(
        "SELECT c.table_name, c.data_type, m.type, m.sql FROM gpkg_contents AS c"
        " JOIN sqlite_master AS m ON lower(m.name) = lower(c.table_name)"
        " WHERE c.data_type IN ('features', 'attributes') ORDER BY c.data_type DESC, c.table_name"
    ).fetchall()
    layers = []
    for name, data_type, kind, sql in contents:
        if kind != "table" or "virtual" in str(sql)[:20].lower():
            continue
        hidden = connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
        if any(flag for (flag,) in hidden):
            continue
        quoted = str(name).replace('"', '""')
        rows = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608
        layers.append(PackageLayer(str(name), data_type == "features", int(rows)))
    return layers


def read_geopackage(path: Path, wanted: Wanted = ANY) -> RawTable:
    """
    Read one table of a GeoPackage.

    Without a name the only feature table is read, the only table when none has geometry, or
    of several the one with a likely name.

    Raises
    ------
    UnreadableFile
        Damaged; no such table; several tables and none named (they are listed); or a view.
    """
    chosen = _choose(path.name, package_layers(path), wanted)
    if chosen.rows > MAX_ROWS:
        raise unreadable(path.name, f"over {MAX_ROWS} rows; split it.", "行数过多，请拆分。")
    from gis.io.gdal import read_with_gdal

    table = read_with_gdal(path, "geopackage", layer=chosen.name, IMMUTABLE="YES")
    if len(table.columns) != chosen.rows:
        raise unreadable(
            path.name,
            f"only {len(table.columns)} of {chosen.rows} rows are readable: damaged.",
            f"{chosen.name} 的 {chosen.rows} 行中只能读出 {len(table.columns)} 行，文件已损坏。",
        )
    return table


def _choose(file: str, layers: list[PackageLayer], wanted: Wanted) -> PackageLayer:
    by_name = {layer.name: layer for layer in layers}
    spatial = [layer.name for layer in layers if layer.spatial]
    chosen = wanted.among(spatial or list(by_name)) or wanted.among(list(by_name))
    if chosen is not None:
        return by_name[chosen]
    raise no_such_layer(file, list(by_name), wanted)
