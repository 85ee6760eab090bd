"""A made-up community of slabs in rows, drawn as blocks: the ground of the planner's bench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from api.services.grounds import current_ground
from api.services.plans import fill_grids, first_moves, grid_figures
from bench.importing import own_database
from bench.tile_servers import wangge
from gis.numbering import grid_name
from gis.partition.rules import load_rules, rules_document
from gis.store import migrate
from gis.store import plans as store
from gis.store.bulk import copy_frame
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

COMMUNITY = "511599001001"
_METRIC, _EAST, _NORTH = 4544, 500_000.0, 3_170_000.0
_PITCH_X, _PITCH_Y = 60.0, 40.0


def make_town(engine: sa.Engine, columns: int, rows: int, block: int = 7) -> int:
    """
    Store a community of ``columns * rows`` buildings and a draft whose grids are square blocks.

    Returns the number of the draft.
    """
    x, y = (side.ravel() for side in np.meshgrid(np.arange(columns), np.arange(rows)))
    west, south = _EAST + x * _PITCH_X + 10, _NORTH + y * _PITCH_Y + 14
    slabs = shapely.box(west, south, west + 40, south + 12)
    ground = shapely.box(_EAST, _NORTH, _EAST + columns * _PITCH_X, _NORTH + rows * _PITCH_Y)
    with engine.begin() as connection:
        area = {"code": [COMMUNITY], "name": ["云溪社区"], "level": ["community"]}
        copy_frame(connection, "area", pd.DataFrame({**area, "geom": _degrees([ground])}))
        frame = pd.DataFrame(
            {
                "code": [f"B{n:05}" for n in range(len(x))],
                "name": [f"{n}幢" for n in range(len(x))],
                "community_code": COMMUNITY,
                "households": 2 + (x * 7 + y * 3) % 3,
                "households_kind": "registered",
                "geom": _degrees(list(slabs)),
            }
        )
        copy_frame(connection, "building", frame)
        return _draft(connection, columns, block)


@contextmanager
def town_served(columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """Serve such a community out of a PostGIS of its own; the port, and the plan's number."""
    with throwaway_cluster(durable=True) as server, own_database(server) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        plan_id = make_town(engine, columns, rows)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        engine.dispose()
        with wangge(url, cache_mb=64, OPEN="1") as (port, _):
            yield port, plan_id


def _degrees(shapes: list[shapely.Polygon]) -> list[shapely.Geometry]:
    placed = gpd.GeoSeries([shapely.MultiPolygon([s]) for s in shapes], crs=_METRIC)
    return list(placed.to_crs(4326))


def _draft(connection: sa.Connection, columns: int, block: int) -> int:
    rules = load_rules("gaoxian-2020")
    row, ground = current_ground(connection, COMMUNITY, rules)
    number = ground.units["building_id"].str[1:].astype(int)
    across = -(-columns // block)
    block_of = number // columns // block * across + number % columns // block
    labels = np.asarray(block_of, np.int32)
    plan_id = store.insert_plan(
        connection,
        community_code=COMMUNITY,
        ground_id=row.ground_id,
        name="草案",
        rules=rules_document(rules),
        created_by="bench",
        assigned=True,
    )
    index = pd.RangeIndex(int(labels.max()) + 1, name="grid")
    named = pd.DataFrame({"name": [grid_name(n + 1) for n in index], "kind": "base"}, index=index)
    fill_grids(connection, plan_id, ground, labels, grid_figures(ground, labels, rules, named))
    store.assign_units(connection, plan_id, row.ground_id, labels)
    moves = first_moves(labels)
    store.record_edit(connection, plan_id, made_by="bench", action="divide", moves=moves)
    return plan_id
