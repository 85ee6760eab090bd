"""
A made-up city for the map faces.

    python -m bench.faces_maker postgresql://...

300,000 buildings, 5,000 courtyards, 2,000 grids and 20,000 facilities go into an empty, migrated
database in some seconds. Communities lie on a lattice of 25 by 20,
each 1.6 by 2 km; ten courtyards and four published grids in each, four columns of buildings in a
courtyard's lot, of which nine in ten belong to it. Every number is drawn with one seed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa

from gis.contracts import COURTYARD_KINDS, FACILITY_KINDS
from gis.store.bulk import copy_frame
from gis.store.engine import open_engine

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEST, SOUTH = 104.40, 28.20
SINCE = "2026-01-01"
_SEED = 51
_COLUMNS = 25
_WIDE, _HIGH = 0.01634, 0.01805  # degrees: about 1,600 m and 2,000 m
_METRE_LON, _METRE_LAT = _WIDE / 1600, _HIGH / 2000
_YARDS_ACROSS, _YARDS = 5, 10
_GRIDS = 4
_NAMES = ("锦绣", "望江", "柳荫", "云溪", "桂花", "翠屏", "金沙", "滨河")


@dataclass(frozen=True, slots=True)
class Faces:
    """How much of everything to make."""

    communities: int = 500
    buildings: int = 300_000
    facilities: int = 20_000
    streets: int = 10_000

    @property
    def courtyards(self) -> int:
        """Ten in each community."""
        return self.communities * _YARDS

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        across = min(_COLUMNS, self.communities)
        lines = -(-self.communities // _COLUMNS)
        return WEST, SOUTH, WEST + across * _WIDE, SOUTH + lines * _HIGH


def make_faces(engine: sa.Engine, faces: Faces | None = None) -> None:
    """Fill an empty, migrated database; one transaction, then ``VACUUM ANALYZE``."""
    faces = faces or Faces()
    rng = np.random.default_rng(_SEED)
    with engine.begin() as connection:
        for table, frame in _layers(faces, rng).items():
            copy_frame(connection, table, frame)
        _publish(connection, faces)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))


def _layers(faces: Faces, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    return {
        "area": _areas(faces),
        "courtyard": _courtyards(faces, rng),
        "building": _buildings(faces, rng),
        "facility": _facilities(faces, rng),
        "street": _streets(faces, rng),
    }


def _codes(numbers: Ints, form: str) -> npt.NDArray[np.object_]:
    return np.array([form % number for number in numbers.tolist()], dtype=object)


def _communities(numbers: Ints) -> npt.NDArray[np.object_]:
    """Ten communities to a subdistrict, which is the nine digits before the last three."""
    return _codes(511500_000000 + (numbers // 10 + 1) * 1000 + numbers % 10 + 1, "%d")


def _corner(community: Ints) -> tuple[Floats, Floats]:
    column, line = community % _COLUMNS, community // _COLUMNS
    return np.asarray(WEST + column * _WIDE), np.asarray(SOUTH + line * _HIGH)


def _areas(faces: Faces) -> pd.DataFrame:
    number = np.arange(faces.communities)
    west, south = _corner(number)
    boxes = shapely.box(west, south, west + _WIDE, south + _HIGH)
    office = number // 10
    offices = np.unique(office)
    merged = [shapely.union_all(boxes[office == one]) for one in offices]
    office_codes = _codes(511500_000000 + (offices + 1) * 1000, "%d")
    shapes = [*boxes, *merged, shapely.box(*faces.extent)]
    return pd.DataFrame(
        {
            "code": [*_communities(number), *office_codes, "511500000000"],
            "name": [
                *_codes(number, "第%d社区"),
                *_codes(offices, "第%d街道"),
                "叙州",
            ],
            "level": ["community"] * len(number) + ["subdistrict"] * len(offices) + ["county"],
            "parent_code": [*office_codes[office], *["511500000000"] * len(offices), None],
            "valid": "[2020-01-01,)",
            "geom": _multi(shapes),
        }
    )


def _multi(shapes: Any) -> pd.Series[Any]:
    shapes = np.asarray(shapes, dtype=object)
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes[single] = shapely.multipolygons(shapes[single][:, None])
    return pd.Series(shapes, dtype=object)


def _yard_corner(yard: Ints) -> tuple[Floats, Floats]:
    """South-west corner of a courtyard's lot of 320 by 1,000 m."""
    west, south = _corner(yard // _YARDS)
    place = yard % _YARDS
    return (
        west + place % _YARDS_ACROSS * _WIDE / _YARDS_ACROSS,
        south + place // _YARDS_ACROSS * _HIGH / 2,
    )


def _courtyards(faces: Faces, rng: np.random.Generator) -> pd.DataFrame:
    yard = np.arange(faces.courtyards)
    west, south = _yard_corner(yard)
    size = rng.uniform(0.80, 0.94, len(yard))
    wide, high = _WIDE / _YARDS_ACROSS, _HIGH / 2
    boxes = shapely.box(
        west + wide * 0.03, south + high * 0.03, west + wide * size, south + high * size
    )
    return pd.DataFrame(
        {
            "code": _codes(yard, "c%05d"),
            "name": np.asarray(_NAMES, object)[yard % 8] + _codes(yard, "%d号院"),
            "kind": np.asarray(COURTYARD_KINDS, object)[rng.choice(5, len(yard), p=_KINDS)],
            "walled": rng.random(len(yard)) < 0.6,
            "community_code": _communities(yard // _YARDS),
            "geom": _multi(boxes),
        }
    )


_KINDS = (0.45, 0.35, 0.08, 0.07, 0.05)


def _buildings(faces: Faces, rng: np.random.Generator) -> pd.DataFrame:
    """Nine of ten stand in courtyards, turned as their courtyard is; three of ten have a wing."""
    count = faces.buildings
    number = np.arange(count)
    yard = number * faces.courtyards // count
    inside = rng.random(count) < 0.9
    west, south = _yard_corner(yard)
    place = number - np.searchsorted(yard, yard)
    lines = -(-count // (4 * faces.courtyards))
    lon = west + _WIDE / _YARDS_ACROSS * (0.05 + place % 4 * 0.18 + rng.uniform(0, 0.01, count))
    lat = south + _HIGH / 2 * (0.05 + place // 4 / lines * 0.72)
    households = rng.integers(6, 61, count)
    shapes = _footprints(lon, lat, rng.uniform(-0.2, 0.2, faces.courtyards)[yard], rng)
    return pd.DataFrame(
        {
            "code": _codes(number, "b%06d"),
            "name": _codes(number % 60 + 1, "%d幢"),
            "number": _codes(number % 60 + 1, "%d"),
            "address": _codes(number, "望江路%d号"),
            "community_code": _communities(yard // _YARDS),
            "courtyard_code": pd.Series(_codes(yard, "c%05d")).where(inside, None),
            "households": households,
            "households_kind": "registered",
            "households_estimated": rng.random(count) < 0.1,
            "floors": households // 4 + 1,
            "residents": households * 5 // 2,
            "elders": households // 2,
            "vulnerable": households // 20,
            "geom": _multi(shapes),
        }
    )


def _footprints(
    lon: Floats, lat: Floats, turn: Floats, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    """Oblongs of 20 to 60 m by 10 to 16 m; a wing is a notch cut out of a corner."""
    count = len(lon)
    along, across = rng.uniform(20, 60, count), rng.uniform(10, 16, count)
    wing = rng.random(count) < 0.3
    x = np.array([0, 1, 1, 0.6, 0.6, 0.0])
    y = np.array([0, 0, 0.5, 0.5, 1.0, 1.0])
    plain_x, plain_y = np.array([0, 1, 1, 1, 0.5, 0.0]), np.array([0, 0, 0.5, 1.0, 1.0, 1.0])
    east = np.where(wing[:, None], x, plain_x) * along[:, None]
    north = np.where(wing[:, None], y, plain_y) * across[:, None]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    rings = np.stack(
        [
            lon[:, None] + (east * cos - north * sin) * _METRE_LON,
            lat[:, None] + (east * sin + north * cos) * _METRE_LAT,
        ],
        axis=-1,
    )
    return np.asarray(shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1)))


def _facilities(faces: Faces, rng: np.random.Generator) -> pd.DataFrame:
    """Half of them are crowded about twenty centres, as shops are."""
    count = faces.facilities
    west, south, east, north = faces.extent
    centres = rng.uniform((west, south), (east, north), (20, 2))
    spots = rng.uniform((west, south), (east, north), (count, 2))
    crowd = centres[rng.integers(0, 20, count)] + rng.normal(0, 0.006, (count, 2))
    spots = np.where(rng.random((count, 1)) < 0.5, crowd, spots)
    spots = np.clip(spots, (west, south), (east - 1e-9, north - 1e-9))
    number = np.arange(count)
    column = ((spots[:, 0] - WEST) / _WIDE).astype(int)
    line = ((spots[:, 1] - SOUTH) / _HIGH).astype(int)
    community = np.minimum(line * _COLUMNS + column, faces.communities - 1)
    return pd.DataFrame(
        {
            "code": _codes(number, "f%05d"),
            "name": _codes(number, "便民点%d"),
            "kind": np.asarray(FACILITY_KINDS, object)[rng.integers(0, len(FACILITY_KINDS), count)],
            "idle": rng.random(count) < 0.03,
            "community_code": _communities(community),
            "geom": pd.Series(np.asarray(shapely.points(spots), dtype=object)),
        }
    )


def _streets(faces: Faces, rng: np.random.Generator) -> pd.DataFrame:
    """Stretches of about 400 m along the lots, a tenth of them arterial."""
    count = faces.streets
    west, south, east, north = faces.extent
    along = rng.random(count) < 0.5
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    lon = np.where(along, lon, WEST + np.round((lon - WEST) / _WIDE * 5) * _WIDE / 5)
    lat = np.where(along, SOUTH + np.round((lat - SOUTH) / _HIGH * 2) * _HIGH / 2, lat)
    steps = np.linspace(0, 400, 5)
    rings = np.stack(
        [
            lon[:, None] + np.where(along[:, None], steps, 0) * _METRE_LON,
            lat[:, None] + np.where(along[:, None], 0, steps) * _METRE_LAT,
        ],
        axis=-1,
    )
    kinds = np.asarray(("arterial", "street", "lane", "footpath"), object)
    single = np.asarray(shapely.linestrings(rings), dtype=object)
    lines = np.asarray(shapely.multilinestrings(single[:, None]), dtype=object)
    return pd.DataFrame(
        {
            "code": _codes(np.arange(count), "s%05d"),
            "name": _codes(np.arange(count) % 700, "望江%d路"),
            "street_class": kinds[rng.choice(4, count, p=(0.1, 0.3, 0.3, 0.3))],
            "geom": pd.Series(lines),
        }
    )


def _publish(connection: sa.Connection, faces: Faces) -> None:
    """Publish four grids in each community, their households those of its buildings."""
    number = np.arange(faces.communities)
    codes = _communities(number).tolist()
    for statement in _PLANS.split(";"):
        connection.execute(sa.text(statement), {"codes": codes, "since": SINCE})


_PLANS = """
INSERT INTO ground (community_code, version, srid, fingerprint)
SELECT code, 1, 4544, 'made up' FROM unnest(CAST(:codes AS text[])) AS made (code) ORDER BY code
;
INSERT INTO plan (community_code, ground_id, name, state, rules, created_by)
SELECT community_code, id, '2026 年方案', 'published', '{}', 'bench' FROM ground ORDER BY id
;
INSERT INTO plan_grid (plan_id, grid_no, name, households, load, code, geom)
SELECT
    p.id, q, '第' || q + 1 || '网格', sum.households / 4, sum.households / 4 / 5400.0::float,
    p.community_code || lpad((q + 1)::text, 3, '0'),
    ST_Multi(ST_Segmentize(ST_MakeEnvelope(
        ST_XMin(a.geom) + q % 2 * (ST_XMax(a.geom) - ST_XMin(a.geom)) / 2,
        ST_YMin(a.geom) + q / 2 * (ST_YMax(a.geom) - ST_YMin(a.geom)) / 2,
        ST_XMin(a.geom) + (q % 2 + 1) * (ST_XMax(a.geom) - ST_XMin(a.geom)) / 2,
        ST_YMin(a.geom) + (q / 2 + 1) * (ST_YMax(a.geom) - ST_YMin(a.geom)) / 2, 4326), 0.0004))
FROM plan AS p
JOIN area AS a ON a.code = p.community_code
JOIN (SELECT community_code, sum(households) AS households FROM building GROUP BY 1) AS sum
  ON sum.community_code = p.community_code
CROSS JOIN generate_series(0, 3) AS q
ORDER BY p.id, q
;
INSERT INTO publication (community_code, tier, plan_id, valid, published_by)
SELECT community_code, 'base', id, daterange(CAST(:since AS date), NULL), 'bench' FROM plan
;
INSERT INTO grid (code, community_code, kind)
SELECT g.code, p.community_code, 'base'
FROM plan_grid AS g JOIN plan AS p ON p.id = g.plan_id ORDER BY g.code
;
INSERT INTO grid_period (grid_id, plan_id, grid_no, valid)
SELECT g.id, shape.plan_id, shape.grid_no, daterange(CAST(:since AS date), NULL)
FROM grid AS g JOIN plan_grid AS shape ON shape.code = g.code
"""


if __name__ == "__main__":
    make_faces(open_engine(sys.argv[1]))
