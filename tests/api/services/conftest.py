"""A small made-up community in PostGIS: 6 x 4 slabs of 30 households, a park, two courtyards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from shapely.affinity import translate

from gis.store.bulk import copy_frame
from gis.store.engine import open_engine
from tests.conftest import own_database

COMMUNITY = "511599001001"
METRIC = "EPSG:4544"
EAST, NORTH = 500_000.0, 3_170_000.0
PITCH_X, PITCH_Y = 60.0, 40.0
COLUMNS, ROWS = 6, 4


@dataclass(frozen=True, slots=True)
class Town:
    """The engine of a fresh database that holds the community."""

    engine: sa.Engine
    community: str = COMMUNITY


def building_id(column: int, row: int) -> str:
    """Name of the slab in that column (from the west) and row (from the south)."""
    return f"B{column}{row}"


def slab(column: int, row: int) -> shapely.Polygon:
    """Footprint of a slab in metres from the south-west corner of the community."""
    return translate(shapely.box(0, 0, 40, 12), column * PITCH_X + 10, row * PITCH_Y + 14)


def _degrees(shapes: list[shapely.Polygon]) -> list[shapely.Geometry]:
    placed = [shapely.MultiPolygon([translate(shape, EAST, NORTH)]) for shape in shapes]
    return list(gpd.GeoSeries(placed, crs=METRIC).to_crs(4326))


def add_building(connection: sa.Connection, column: int, row: int, households: int = 30) -> None:
    """Put a slab into the community."""
    frame = pd.DataFrame(
        {
            "code": [building_id(column, row)],
            "name": [f"{row + 1}排{column + 1}幢"],
            "community_code": [COMMUNITY],
            "households": [households],
            "households_kind": ["registered"],
            "geom": _degrees([slab(column, row)]),
        }
    )
    copy_frame(connection, "building", frame)


def fill_town(engine: sa.Engine) -> None:
    """Store the community and its slabs in a migrated database."""
    ground = shapely.box(0, 0, COLUMNS * PITCH_X, ROWS * PITCH_Y)
    area = pd.DataFrame(
        {
            "code": [COMMUNITY],
            "name": ["云溪社区"],
            "level": ["community"],
            "geom": _degrees([ground]),
        }
    )
    with engine.begin() as connection:
        copy_frame(connection, "area", area)
        for column in range(COLUMNS):
            for row in range(ROWS):
                add_building(connection, column, row)


@pytest.fixture
def town(server_url: str, slabs_template: str) -> Iterator[Town]:
    """The community with its slabs, in a database of the test's own."""
    with own_database(server_url, slabs_template) as url:
        engine = open_engine(url)
        yield Town(engine)
        engine.dispose()


def half_grids(west_columns: int = 3) -> gpd.GeoDataFrame:
    """Two standing grids drawn by hand: west and east of a line between columns."""
    line, top = west_columns * PITCH_X, ROWS * PITCH_Y
    shapes = [shapely.box(-5, -5, line - 1, top), shapely.box(line + 2, 0, 400, top + 5)]
    return gpd.GeoDataFrame(
        {
            "grid_code": [f"{COMMUNITY}001", f"{COMMUNITY}002"],
            "name": ["西片", None],
            "kind": ["base", "base"],
        },
        geometry=_degrees(shapes),
        crs=4326,
    )
