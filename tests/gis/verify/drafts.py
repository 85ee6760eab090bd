"""Grid packages made by hand with plain sqlite3 and struct, from docs/grid-package.md alone."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

Row = dict[str, object]

COLUMNS: Mapping[str, str] = {
    "areas": "geom GEOMETRY, area_code TEXT, name TEXT, level TEXT, metric_crs TEXT",
    "units": "geom POLYGON, unit_id TEXT, area_code TEXT, grid INTEGER, kind TEXT, "
    "building_id TEXT, courtyard_id TEXT, courtyard_kind TEXT, households INTEGER, "
    "households_kind TEXT, households_estimated BOOLEAN, weight INTEGER, load_units INTEGER, "
    "load REAL",
    "borders": "geom LINESTRING, border_id INTEGER, area_code TEXT, left TEXT, right TEXT, "
    "length_m REAL, runs_along TEXT, passage BOOLEAN",
    "grids": "geom GEOMETRY, grid INTEGER, area_code TEXT, number INTEGER, name TEXT, kind TEXT, "
    "households INTEGER, load_units INTEGER, load REAL, flags TEXT, posts_needed INTEGER",
    "assignment": "unit_id TEXT, grid INTEGER",
    "rules": "name TEXT, document TEXT",
    "certificate": "area_code TEXT, document TEXT",
    "lineage": "grid INTEGER, from_grid TEXT, households INTEGER",
}
_STANDARD = """
    PRAGMA application_id = 1196444487;
    PRAGMA user_version = 10200;
    CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT,
        geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
"""


@dataclass
class Draft:
    """Rows of a package before they are written; tests break them one at a time."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    rules: dict[str, object] = field(default_factory=dict)
    certificates: dict[str, dict[str, object]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    afterwards: str = ""

    def row(self, table: str, key: str, value: object) -> Row:
        """Return the row whose `key` is `value`."""
        return next(row for row in self.tables[table] if row[key] == value)

    def unit(self, name: str) -> Row:
        return self.row("units", "unit_id", name)

    def grid(self, number: int) -> Row:
        return self.row("grids", "grid", number)

    def border(self, one: str, other: str | None) -> Row:
        """Return the border between two units."""
        pair = {one, other}
        return next(r for r in self.tables["borders"] if {r["left"], r["right"]} == pair)

    def write(self, path: Path) -> Path:
        """Write the package; `afterwards` is SQL that runs at the end."""
        tables = dict(self.tables)
        if not tables["rules"]:
            tables["rules"] = [{"name": self.rules["name"], "document": json.dumps(self.rules)}]
        if not tables["certificate"]:
            tables["certificate"] = [
                {"area_code": code, "document": json.dumps(document)}
                for code, document in self.certificates.items()
            ]
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(_STANDARD)
            for name, rows in tables.items():
                _create(connection, name, self.columns[name])
                _insert(connection, name, rows)
            connection.executescript(self.afterwards)
        return path


def _create(connection: sqlite3.Connection, name: str, columns: str) -> None:
    quoted = ", ".join(
        '"' + column.split(" ")[0] + '" ' + column.split(" ")[1] for column in columns.split(", ")
    )
    connection.execute(f"CREATE TABLE {name} (fid INTEGER PRIMARY KEY, {quoted})")
    spatial = columns.startswith("geom")
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?)",
        (name, "features" if spatial else "attributes", 4326 if spatial else 0),
    )
    if spatial:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)",
            (name, columns.split(", ", maxsplit=1)[0].split(" ")[1]),
        )


def _insert(connection: sqlite3.Connection, name: str, rows: Iterable[Row]) -> None:
    for row in rows:
        names = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" for _ in row)
        values = [blob(v) if isinstance(v, BaseGeometry) else v for v in row.values()]
        connection.execute(f"INSERT INTO {name} ({names}) VALUES ({marks})", values)  # noqa: S608


def blob(shape: BaseGeometry, srs: int = 4326) -> bytes:
    """Encode a GeoPackage geometry: magic, version, little-endian flag, SRS, no envelope, WKB."""
    return b"GP\x00\x01" + struct.pack("<i", srs) + shapely.to_wkb(shape, byte_order=1)
