"""Whether map programs will find the layers: what the GeoPackage standard asks to be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gis.verify.tables import COLUMNS, Kind

_GPKG = 0x47504B47  # "GPKG", the application id since GeoPackage 1.2
_FIRST_VERSION = 10200
_DECLARED: dict[Kind, tuple[str, ...]] = {
    "text": ("TEXT",),
    "text?": ("TEXT",),
    "integer": ("INTEGER",),
    "real": ("REAL",),
    "flag": ("BOOLEAN",),
    "key": ("INTEGER", "TEXT"),
}
_GEOMETRY = {
    "areas": {"GEOMETRY", "POLYGON", "MULTIPOLYGON"},
    "units": {"GEOMETRY", "POLYGON"},
    "borders": {"GEOMETRY", "LINESTRING"},
    "grids": {"GEOMETRY", "POLYGON", "MULTIPOLYGON"},
}


def misregistered(connection: sqlite3.Connection) -> Iterator[str]:
    """Name what is not declared as docs/grid-package.md asks; each layer or column once."""
    faults = [*_version(connection), *_contents(connection), *_shapes(connection)]
    for table, columns in COLUMNS.items():
        declared = {
            str(row[1]): str(row[2]).upper().split("(")[0]
            for row in connection.execute(f'PRAGMA table_xinfo("{table}")')
        }
        faults += [
            f"{table}.{column} is declared {declared[column]}"
            for column, kind in columns.items()
            if kind != "shape" and declared[column] not in _DECLARED[kind]
        ]
    return iter(faults)


def _version(connection: sqlite3.Connection) -> Iterator[str]:
    (identity,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if identity != _GPKG or version < _FIRST_VERSION:
        yield "the file does not say that it is a GeoPackage of version 1.2 or later"


def _contents(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute("SELECT table_name, data_type FROM gpkg_contents")
    listed = {str(name): kind for name, kind in rows}
    for table, columns in COLUMNS.items():
        wanted = "features" if "geom" in columns else "attributes"
        if listed.get(table) != wanted:
            yield f"{table} is not listed as {wanted} in gpkg_contents"


def _shapes(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
    )
    listed = {str(row[0]): row[1:] for row in rows}
    for table, kinds in _GEOMETRY.items():
        name, kind, srs = listed.get(table, (None, None, None))
        if name != "geom" or str(kind).upper() not in kinds or srs != 4326:
            yield f"{table}.geom is not listed in gpkg_geometry_columns, or not in EPSG:4326"
