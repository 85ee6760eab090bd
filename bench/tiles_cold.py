"""Tiles that no cache holds: bare SQL, ours and tipg on the same features, in the same run."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import psycopg2
import sqlalchemy as sa
from psycopg2 import sql

from bench import tile_servers
from bench.faces_maker import Faces
from bench.tile_load import Load, http_load, sql_load
from gis.mercator import tile_box
from gis.store.engine import open_engine
from maps.layers import LAYERS

Row = dict[str, str]
Address = tuple[int, int, int]
Theirs = dict[str, Load]
AT = date(2026, 5, 1)
_ORDER_SEED = 7
_MUST = {12: 60, 14: 80, 16: 800}
_MOST_TILES = 400

# What a plain tile server would run: projected before, sub-pixel shapes dropped, ordered by id.
BARE = """
SELECT ST_AsMVT(shown, %(layer)s, 4096, 'geom', 'id' ORDER BY id)
FROM (
    SELECT
        {columns},
        ST_AsMVTGeom(t.geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM {table} AS t
    WHERE t.geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625)
      AND (ST_XMax(t.geom) - ST_XMin(t.geom) >= %(pixel_m)s
           OR ST_YMax(t.geom) - ST_YMin(t.geom) >= %(pixel_m)s)
) AS shown
"""


@dataclass(frozen=True, slots=True)
class Same:
    """
    One set of features: our layer, and the table of them for bare SQL and tipg.

    `stored` is a second one for tipg, in degrees as our own tables are.
    """

    what: str
    layer: str
    table: str
    z: int
    stored: str = ""


SAME = (
    Same("z12, buildings merged", "buildings", "tile_block", 12),
    Same("z12, courtyards", "courtyards", "tile_courtyards", 12, "stored_courtyards"),
    Same("z12, every building", "", "tile_buildings", 12),
    Same("z14, buildings", "buildings", "tile_buildings", 14, "stored_buildings"),
    Same("z16, buildings", "buildings", "tile_buildings", 16, "stored_buildings"),
)


def rows(url: str, faces: Faces, seconds: float, *, rivals: bool) -> list[Row]:
    """One row for each set of features, server after server."""
    engine = open_engine(url)
    _project(engine)
    engine.dispose()
    bare = [_bare(url, same, faces, seconds) for same in SAME]
    with tile_servers.wangge(url, cache_mb=0) as (port, _):
        ours = [_ours(port, same, faces, seconds) for same in SAME]
    theirs: list[Theirs] = [{} for _ in SAME]
    if rivals:
        with tile_servers.tipg(url) as (port, _):
            theirs = [_theirs(port, same, faces, seconds) for same in SAME]
    merged = next(load for load, same in zip(ours, SAME, strict=True) if same.table == "tile_block")
    assert merged is not None
    return [_row(*one, merged) for one in zip(SAME, bare, ours, theirs, strict=True)]


def addresses(faces: Faces, z: int) -> list[Address]:
    """All tiles that lie on the city, in a drawn order; of very many some."""
    west, south, east, north = faces.extent
    side = 1 << z
    columns = range(int((west + 180) / 360 * side), int((east + 180) / 360 * side) + 1)
    lines = [
        y
        for y in range(side * 2 // 5, side // 2)
        if tile_box(z, 0, y).north > south and tile_box(z, 0, y).south < north
    ]
    found = [(z, x, y) for x in columns for y in lines]
    random.Random(_ORDER_SEED).shuffle(found)
    return found[:_MOST_TILES]


def _project(engine: sa.Engine) -> None:
    """Make tables of the same features: projected as bare SQL and tipg like them, and as stored."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in TABLES.split(";"):
            connection.exec_driver_sql(statement)
        # A union knows no type of geometry, and tipg needs one.
        connection.exec_driver_sql(
            "ALTER TABLE tile_block ALTER geom TYPE geometry(MultiPolygon, 3857)"
        )
        tables = [table for same in SAME for table in (same.table, same.stored) if table]
        for table in dict.fromkeys(tables):
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
            connection.exec_driver_sql(f"CREATE INDEX {table}_geom ON {table} USING gist (geom)")
        connection.exec_driver_sql("VACUUM ANALYZE")


# Loose buildings are merged by squares of a 16th of a tile of zoom 12: 2^16 to the world.
TABLES = """
CREATE TABLE tile_buildings AS
SELECT
    id, code, name, number, courtyard_code AS courtyard, households,
    households_estimated AS estimated, floors, CAST(NULL AS bigint) AS buildings,
    ST_Transform(geom, 3857)::geometry(MultiPolygon, 3857) AS geom
FROM building;
CREATE TABLE tile_courtyards AS
SELECT id, code, name, kind, walled, ST_Transform(geom, 3857)::geometry(MultiPolygon, 3857) AS geom
FROM courtyard;
CREATE TABLE stored_buildings AS
SELECT
    id, code, name, number, courtyard_code AS courtyard, households,
    households_estimated AS estimated, floors, CAST(NULL AS bigint) AS buildings, geom
FROM building;
CREATE TABLE stored_courtyards AS SELECT id, code, name, kind, walled, geom FROM courtyard;
CREATE TABLE tile_block AS
SELECT
    2 * y.id AS id, CAST(NULL AS text) AS code, y.name, CAST(NULL AS text) AS number,
    y.code AS courtyard, sum(b.households) AS households,
    bool_or(b.households_estimated) AS estimated, CAST(NULL AS integer) AS floors,
    count(*) AS buildings, ST_Transform(y.geom, 3857)::geometry(MultiPolygon, 3857) AS geom
FROM courtyard AS y JOIN building AS b ON b.courtyard_code = y.code
GROUP BY y.id
UNION ALL
SELECT
    2 * min(id) + 1, NULL, NULL, NULL, NULL, sum(households), bool_or(households_estimated), NULL,
    count(*), ST_Multi(ST_Transform(ST_SetSRID(CAST(ST_Extent(geom) AS geometry), 4326), 3857))
FROM building
WHERE courtyard_code IS NULL
GROUP BY
    mercator_column((ST_XMin(geom) + ST_XMax(geom)) / 2) >> 14,
    mercator_row((ST_YMin(geom) + ST_YMax(geom)) / 2) >> 14
"""


def _bare(url: str, same: Same, faces: Faces, seconds: float) -> Load:
    attributes = [one.name for one in LAYERS[same.layer or "buildings"].attributes]
    binds = [
        {"layer": "features", "z": z, "x": x, "y": y, "pixel_m": 40_075_016.7 / 2**z / 512}
        for z, x, y in addresses(faces, same.z)
    ]
    text = sql.SQL(BARE).format(
        columns=sql.SQL(", ").join(sql.Identifier("t", one) for one in ("id", *attributes)),
        table=sql.Identifier(same.table),
    )
    with closing(psycopg2.connect(url)) as connection:
        query = text.as_string(connection)
    sql_load(url, query, binds, 1)
    return sql_load(url, query, binds, seconds)


def _ours(port: int, same: Same, faces: Faces, seconds: float) -> Load | None:
    if not same.layer:
        return None
    paths = [f"/tiles/{same.layer}/{z}/{x}/{y}.mvt?at={AT}" for z, x, y in addresses(faces, same.z)]
    http_load(port, paths, 1)
    return http_load(port, paths, seconds)


def _theirs(port: int, same: Same, faces: Faces, seconds: float) -> Theirs:
    return {
        table: _tipg(port, table, addresses(faces, same.z), seconds)
        for table in (same.table, same.stored)
        if table
    }


def _tipg(port: int, table: str, wanted: list[Address], seconds: float) -> Load:
    place = f"/collections/public.{table}/tiles/WebMercatorQuad"
    paths = [f"{place}/{z}/{x}/{y}" for z, x, y in wanted]
    http_load(port, paths, 1)
    load = http_load(port, paths, seconds)
    assert load.bytes > 100, "tipg serves empty tiles"
    return load


def _row(same: Same, bare: Load, ours: Load | None, theirs: Theirs, merged: Load) -> Row:
    row = {"features": same.what, "bare SQL": f"{bare.per_second:,.0f}"}
    if ours is None:
        row |= {"ours": f"merged: {merged.per_second:,.0f}"}
    else:
        must = f" (must {_MUST[same.z]})" if same.layer == "buildings" else ""
        row |= {
            "ours": f"{ours.per_second:,.0f}{must}",
            "of bare": f"{ours.per_second / bare.per_second:.0%}",
            "ours, 95 % within": f"{ours.slowest_ms:.0f} ms",
            "KB": f"{ours.bytes / 1000:.1f}",
        }
    for name, table in (("tipg", same.table), ("tipg, as stored", same.stored)):
        load = theirs.get(table)
        if load is not None:
            row[name] = f"{load.per_second:,.0f}"
            shown = ours or merged
            row[f"ours to {name}"] = f"{shown.per_second / load.per_second:.1f}"
    if same.table in theirs:
        row["tipg, KB"] = f"{theirs[same.table].bytes / 1000:.1f}"
    return row
