"""Shapes on tiles stand where the stored ones stand, valid and wound as the format asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.mercator import tile_box
from gis.store.engine import open_engine
from gis.store.sight import EVERYWHERE
from maps.tiles import draw_tile, tile_request
from tests.maps.test_tiles import AT

# Far from what the city has built.
_TILE = (15, 25000, 13686)
_UNITS = 4096

_INSERT = """
INSERT INTO building (code, households, households_kind, geom)
SELECT code, households, kind, ST_SetSRID(shape, 4326) FROM unnest(
    CAST(:codes AS text[]), array_fill(7, :many), array_fill(CAST('registered' AS text), :many),
    CAST(CAST(:shapes AS text[]) AS geometry[])
) AS given (code, households, kind, shape)
"""

footprints: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    east=st.floats(-0.02, 1.02),
    north=st.floats(-0.02, 1.02),
    side=st.floats(12, 120),
    notch=st.floats(0.05, 8),
    angle=st.floats(0, 90),
    turned=st.booleans(),
    twin=st.floats(0.05, 20) | st.none(),
)


@pytest.fixture(scope="module")
def town(town_url: str) -> Iterator[sa.Connection]:
    engine = open_engine(town_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def footprint(
    east: float,
    north: float,
    side: float,
    notch: float,
    angle: float,
    turned: bool,
    twin: float | None,
) -> Any:
    """
    A square with a slit and perhaps a second one beside it, in tile units.

    `notch` and `twin` are the widths of the slit and of the gap between the two.
    """
    whole = shapely.box(0, 0, side, side)
    slit = shapely.box(side / 2, side / 4, side / 2 + min(notch, side / 3), side)
    parts = [whole.difference(slit)]
    if twin is not None:
        parts.append(shapely.box(-twin - side, 0, -twin, side))
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shape = shapely.transform(
        shapely.multipolygons(parts), lambda xy: xy @ matrix + (east * _UNITS, north * _UNITS)
    )
    return shapely.orient_polygons(shape, exterior_cw=turned)


def in_degrees(shape: Any) -> Any:
    west, south, east, north = tile_box(*_TILE)
    sides = np.array([east - west, south - north])
    return shapely.transform(shape, lambda xy: (west, north) + xy / _UNITS * sides)


def several(shape: Any) -> Any:
    return shapely.multipolygons(shapely.get_parts(shape))


def wound(shape: Any) -> set[bool]:
    """Which ways the outer rings go; y counts from the north, so clockwise is what looks so."""
    return set(shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shape))).tolist())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(footprints, min_size=5, max_size=15))
def test_a_shape_on_a_tile_is_the_stored_one_rounded(
    town: sa.Connection, given_: list[dict[str, Any]]
) -> None:
    shapes = [footprint(**one) for one in given_]
    codes = [f"x{number:03d}" for number in range(len(shapes))]
    with town.begin() as transaction:
        told = [shapely.to_wkb(in_degrees(shape), hex=True) for shape in shapes]
        binds = {"codes": codes, "shapes": told, "many": [len(shapes)]}
        town.execute(sa.text(_INSERT), binds)
        drawn = draw_tile(town, EVERYWHERE, tile_request("buildings", *_TILE, at=AT))
        transaction.rollback()
    options = {"y_coord_down": True}
    layer = mapbox_vector_tile.decode(drawn.body, default_options=options).get("buildings")
    found = {
        one["properties"]["code"]: several(shapely.geometry.shape(one["geometry"]))
        for one in (layer or {"features": []})["features"]
    }
    frame = shapely.box(-64, -64, _UNITS + 64, _UNITS + 64)
    for code, shape in zip(codes, shapes, strict=True):
        seen, clipped = found.get(code), shape.intersection(frame)
        if seen is None:
            assert clipped.area <= 5 * clipped.length
            continue
        assert seen.is_valid
        assert wound(seen) == {True}
        # Every outline may move by the diagonal of a unit and by what degrees bend in a tile.
        away = seen.symmetric_difference(clipped).area
        assert away <= 0.75 * (seen.length + clipped.length) + 4
