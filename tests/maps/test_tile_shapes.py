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
_LOW_TILE = (12, 3125, 1710)
_UNITS = 4096

_GIVEN = """FROM unnest(
    CAST(:codes AS text[]), CAST(CAST(:shapes AS text[]) AS geometry[])) AS given (code, shape)
"""
_BUILDING = f"""
INSERT INTO building (code, households, households_kind, geom)
SELECT code, 7, 'registered', ST_SetSRID(shape, 4326) {_GIVEN}
"""
_COURTYARD = f"""
INSERT INTO courtyard (code, kind, geom) SELECT code, 'old', ST_SetSRID(shape, 4326) {_GIVEN}
"""
# With the building that it stands for where buildings are merged.
_LIVED_IN = f"""
WITH yard AS ({_COURTYARD} RETURNING code)
INSERT INTO building (code, courtyard_code, households, households_kind, geom)
SELECT code, code, 7, 'registered', ST_Multi(ST_MakeEnvelope(0, 0, 0.001, 0.001, 4326)) FROM yard
"""  # noqa: S608
# Layer, attribute that names a shape, tile, and what stores the shapes.
_CASES = {
    "buildings": ("buildings", "code", _TILE, _BUILDING),
    "courtyards": ("courtyards", "code", _TILE, _COURTYARD),
    "merged": ("buildings", "courtyard", _LOW_TILE, _LIVED_IN),
}

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


def in_degrees(shape: Any, tile: tuple[int, int, int] = _TILE) -> Any:
    west, south, east, north = tile_box(*tile)
    sides = np.array([east - west, south - north])
    return shapely.transform(shape, lambda xy: (west, north) + xy / _UNITS * sides)


def several(shape: Any) -> Any:
    return shapely.multipolygons(shapely.get_parts(shape))


def wound(shape: Any) -> set[bool]:
    """Which ways the outer rings go; y counts from the north, so clockwise is what looks so."""
    return set(shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shape))).tolist())


@pytest.mark.parametrize("case", _CASES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(footprints, min_size=5, max_size=15))
def test_a_shape_on_a_tile_is_the_stored_one_rounded(
    town: sa.Connection, case: str, given_: list[dict[str, Any]]
) -> None:
    layer, name, tile, insert = _CASES[case]
    shapes = [footprint(**one) for one in given_]
    codes = [f"x{number:03d}" for number in range(len(shapes))]
    with town.begin() as transaction:
        told = [shapely.to_wkb(in_degrees(shape, tile), hex=True) for shape in shapes]
        town.execute(sa.text(insert), {"codes": codes, "shapes": told})
        drawn = draw_tile(town, EVERYWHERE, tile_request(layer, *tile, at=AT))
        transaction.rollback()
    options = {"y_coord_down": True}
    decoded = mapbox_vector_tile.decode(drawn.body, default_options=options).get(layer)
    found = {
        one["properties"].get(name): several(shapely.geometry.shape(one["geometry"]))
        for one in (decoded or {"features": []})["features"]
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


@given(
    east=st.floats(0, 1),
    north=st.floats(0, 1),
    wide=st.floats(0.05, 200),
    high=st.floats(0.05, 200),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_loose_building_is_its_box_at_low_zooms(
    town: sa.Connection, east: float, north: float, wide: float, high: float
) -> None:
    corner = east * (_UNITS - wide), north * (_UNITS - high)
    box = shapely.box(*corner, corner[0] + wide, corner[1] + high)
    told = shapely.to_wkb(in_degrees(shapely.multipolygons([box]), _LOW_TILE), hex=True)
    with town.begin() as transaction:
        town.execute(sa.text(_BUILDING), {"codes": ["x"], "shapes": [told]})
        drawn = draw_tile(town, EVERYWHERE, tile_request("buildings", *_LOW_TILE, at=AT))
        transaction.rollback()
    layer = mapbox_vector_tile.decode(drawn.body, default_options={"y_coord_down": True})
    features = layer.get("buildings", {"features": []})["features"]
    if not features:
        # Smaller than a pixel of 8 units, or flat when it is rounded.
        assert min(wide, high) < 1 or max(wide, high) <= 8
        return
    (one,) = features
    seen = several(shapely.geometry.shape(one["geometry"]))
    assert seen.is_valid
    assert wound(seen) == {True}
    assert np.abs(np.subtract(seen.bounds, box.bounds)).max() <= 0.75
