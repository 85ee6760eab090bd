"""Files made on purpose: well-formed but wrong, and known attacks."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

from tests.fuzz.seeds import seed_buildings

Crafted = tuple[str, bytes]


def _geojson(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(frame.to_json())
    return document


def _spoiled_coordinates(rng: random.Random) -> Crafted:
    document = _geojson(seed_buildings())
    for _ in range(rng.randrange(1, 6)):
        ring = rng.choice(document["features"])["geometry"]["coordinates"][0]
        odd: tuple[Any, ...] = (
            float("nan"),
            float("inf"),
            1e308,
            -1e20,
            1e9,
            181.0,
            "x",
            None,
            [],
            True,
            {},
        )
        ring[rng.randrange(len(ring))] = rng.choice(
            ([rng.choice(odd), 30.0], [120.0], [], None, [120.1, rng.choice(odd), 3.0])
        )
    return ".geojson", json.dumps(document).encode()


def _crossing_rings(rng: random.Random) -> Crafted:
    document = _geojson(seed_buildings())
    for feature in rng.sample(document["features"], 5):
        ring = feature["geometry"]["coordinates"][0]
        rng.shuffle(ring)
        if rng.random() < 0.7:
            ring[-1] = ring[0]
    return ".geojson", json.dumps(document).encode()


def _strange_members(rng: random.Random) -> Crafted:
    document = _geojson(seed_buildings(6))
    odd: tuple[Any, ...] = (None, 7, "x", [], {}, [[[]]], True)
    target = rng.choice(
        (document, *document["features"], *(f["geometry"] for f in document["features"]))
    )
    target[rng.choice(("type", "features", "properties", "coordinates", "geometry", "crs"))] = (
        rng.choice(odd)
    )
    return ".geojson", json.dumps(document).encode()


def _deep(rng: random.Random) -> Crafted:
    depth = rng.choice((100, 5_000, 200_000))
    return ".geojson", b'{"type":"FeatureCollection","features":' + b"[" * depth


def _mixed_places(rng: random.Random) -> Crafted:
    frame = seed_buildings()
    metres = frame.to_crs(4549).geometry
    rows = rng.sample(range(len(frame)), 10)
    document = _geojson(frame)
    for row in rows:
        document["features"][row]["geometry"] = shapely.geometry.mapping(metres[row])
    if rng.random() < 0.3:
        document["crs"] = {"type": "name", "properties": {"name": rng.choice(("EPSG:4549", "x"))}}
    return ".geojson", json.dumps(document).encode()


def _poser(rng: random.Random) -> Crafted:
    """JSON and XML that other GDAL drivers would take, some of which open further files."""
    texts = (
        '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline read /etc/passwd"}',
        '{"type":"Topology","objects":{"a":{"type":"Polygon","arcs":[[0]]}},"arcs":[[[0,0]]]}',
        '{"stac_version":"1.0.0","type":"FeatureCollection","features":[]}',
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        '{"type":"FeatureCollection","features":[],"link":"http://127.0.0.1:9/x"}',
    )
    return rng.choice((".geojson", ".json", ".gpkg", ".shp", ".fgb")), rng.choice(texts).encode()


def _wrong_columns(rng: random.Random) -> Crafted:
    frame = seed_buildings()
    kept = rng.sample(["building_id", "name", "floors"], rng.randrange(4))
    return ".geojson", json.dumps(_geojson(frame[[*kept, "geometry"]])).encode()


def _odd_counts(rng: random.Random) -> Crafted:
    frame = seed_buildings()
    odd: tuple[Any, ...] = (
        "",
        " ",
        "NaN",
        "-1",
        "1e999",
        "三",
        "９９",
        "约30户",
        "1.5",
        True,
        None,
        "9" * 400,
        [1],
    )
    document = _geojson(frame)
    for feature in document["features"]:
        feature["properties"]["households"] = rng.choice(odd)
    return ".geojson", json.dumps(document).encode()


def _empty(rng: random.Random) -> Crafted:
    choices = (
        (".geojson", b'{"type":"FeatureCollection","features":[]}'),
        (".csv", "building_id,户数,wkt\n".encode()),
        (".csv", b"\n\n"),
        (".zip", b"PK\x05\x06" + bytes(18)),
        (".geojson", b"{}"),
        (".parquet", b"PAR1PAR1"),
        (".fgb", b"fgb\x03fgb\x01"),
        (".shp", b"\x00\x00\x27\x0a" + bytes(96)),
        (".gpkg", b"SQLite format 3\x00"),
    )
    return rng.choice(choices)


def _archive(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return buffer.getvalue()


def _path_trick(rng: random.Random) -> Crafted:
    names = ("../up.geojson", "/abs.shp", "a/../../up.shp", "C:\\x.shp", "..\\up.shp", "a\x01.shp")
    document = json.dumps(_geojson(seed_buildings(3)))
    return ".zip", _archive(lambda a: a.writestr(rng.choice(names), document))


def _link(rng: random.Random) -> Crafted:
    entry = zipfile.ZipInfo(rng.choice(("a.geojson", "a.shp")))
    entry.external_attr = 0o120777 << 16
    return ".zip", _archive(lambda a: a.writestr(entry, "/etc/passwd"))


def _bomb(rng: random.Random) -> Crafted:
    size = rng.choice((20, 80)) * 1024**2
    name = rng.choice(("a.geojson", "a.shp", "xl/worksheets/sheet1.xml"))
    return rng.choice((".zip", ".xlsx")), _archive(lambda a: a.writestr(name, b"0" * size))


def _many_entries(_: random.Random) -> Crafted:
    def write(archive: zipfile.ZipFile) -> None:
        for number in range(3_000):
            archive.writestr(f"{number}.shp", b"")

    return ".zip", _archive(write)


def _nested(rng: random.Random) -> Crafted:
    inner = _archive(lambda a: a.writestr("b.geojson", "{}"))
    name = rng.choice(("a.zip", "a.geojson", "a.xlsx"))
    return ".zip", _archive(lambda a: a.writestr(name, inner))


def _workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _formulas(rng: random.Random) -> Crafted:
    rows: list[list[Any]] = [["楼栋编号", "户数", "经度", "纬度"]]
    for number in range(10):
        count = rng.choice((30, "=1+1", '=WEBSERVICE("http://x")', "=1/0", "@SUM(A1)"))
        rows.append([f"B{number}", count, 120.1, 30.2])
    return ".xlsx", _workbook(rows)


def _xml_bomb(_: random.Random) -> Crafted:
    good = _workbook([["户数"], [1]])
    entities = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha" * 50}">' for i in range(9)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = f"<!DOCTYPE x [{entities}]><worksheet>&e8;</worksheet>".encode()
            new.writestr(name, data)
    return ".xlsx", buffer.getvalue()


def _geopackage_tricks(rng: random.Random) -> Crafted:
    statements = (
        "CREATE TABLE keep AS SELECT * FROM buildings; DROP TABLE buildings;"
        "CREATE VIEW buildings AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r)"
        " SELECT i AS fid, NULL AS geom, i AS households FROM r",
        "ALTER TABLE buildings ADD COLUMN x GENERATED ALWAYS AS (hex(zeroblob(100000000)))",
        "CREATE TRIGGER t AFTER INSERT ON buildings BEGIN DELETE FROM buildings; END",
        "UPDATE gpkg_contents SET table_name = 'sqlite_master'",
        "UPDATE gpkg_geometry_columns SET column_name = 'nothing'",
        "UPDATE gpkg_geometry_columns SET srs_id = 999999",
        "UPDATE buildings SET geom = zeroblob(200)",
        "UPDATE buildings SET geom = 'text', households = x'00ff'",
        "UPDATE buildings SET geom = substr(geom, 1, 60) WHERE fid % 2",
        "DROP TABLE gpkg_contents",
        "DELETE FROM gpkg_spatial_ref_sys",
        "UPDATE buildings SET households = 1e300, floors = 'x'",
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.gpkg"
        seed_buildings().to_file(path, layer="buildings")
        connection = sqlite3.connect(path)
        connection.create_function("ST_IsEmpty", 1, lambda _: 0)
        for function, bound in (("ST_MinX", 0), ("ST_MaxX", 1), ("ST_MinY", 0), ("ST_MaxY", 1)):
            connection.create_function(function, 1, lambda _, b=bound: float(b))
        try:
            connection.executescript(rng.choice(statements))
        except sqlite3.Error:
            connection.rollback()
        connection.close()
        return ".gpkg", path.read_bytes()


def _stacked(rng: random.Random) -> Crafted:
    frame = seed_buildings(400)
    shape = frame.geometry.iloc[0]
    frame.geometry = [
        shapely.affinity.translate(shape, rng.random() * 1e-5, rng.random() * 1e-5)
        for _ in range(400)
    ]
    return ".geojson", json.dumps(_geojson(frame)).encode()


def _csv_tricks(rng: random.Random) -> Crafted:
    texts = (
        'building_id,户数,wkt\n"a,1,POLYGON',
        '户数,wkt\n1,"POLYGON((0 0,1 1,nan 0,0 0))"\n2,POINT EMPTY\n3,LINESTRING(0 0)\n',
        "户数,经度,纬度\n1,x,y\n2,1e400,30\n3,120.1,30.1\n",
        "户数\n" + "1,2,3\n" * 5,
        "户数,户数,户数\n1,2,3\n",
        "=cmd|' /C calc'!A0,户数\n@x,-1\n",
        "户数,wkt\n1," + "GEOMETRYCOLLECTION(" * 3_000 + "\n",
        "\ufeff户数\t地址\n３\t翠苑一区三幢\n",
    )
    return ".csv", rng.choice(texts).encode(rng.choice(("utf-8", "gb18030", "utf-16")))


CRAFTED: tuple[Callable[[random.Random], Crafted], ...] = (
    _spoiled_coordinates,
    _crossing_rings,
    _strange_members,
    _deep,
    _mixed_places,
    _poser,
    _wrong_columns,
    _odd_counts,
    _empty,
    _path_trick,
    _link,
    _bomb,
    _many_entries,
    _nested,
    _formulas,
    _xml_bomb,
    _geopackage_tricks,
    _stacked,
    _csv_tricks,
)
