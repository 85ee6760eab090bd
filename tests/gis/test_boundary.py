"""The four bounds of grids: what runs along them, and that nothing of an outline is lost."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gis.borders import outlines
from gis.boundary import MOST_NAMED, SIDES, Surroundings, grid_bounds, main_bounds
from gis.cells import Ground
from tests.gis.towns import Town, in_metres, layer, slabs

RIVER = LineString([(-50, 100), (250, 100)])
TOWN = Town(slabs(6, 6), courtyards=[box(5, 5, 95, 95)], barriers=[("river", RIVER)], walled=True)
GROUND = TOWN.ground()


def around(ground: Ground) -> Surroundings:
    """The river, a street along the eastern edge, one community in the north."""
    crs = ground.units.crs
    assert crs is not None
    east = layer([LineString([(205, -20), (205, 220)])], name=["东街"], street_class=["street"])
    river = layer([RIVER], name=["云溪"], kind=["river"])
    north = layer([box(-20, 200, 220, 400)], name=["锦屏社区"])
    return Surroundings(east.to_crs(crs), river.to_crs(crs), north.to_crs(crs), {"c0": "锦绣苑"})


def labelled(ground: Ground, number: Callable[[float, float], int]) -> list[int]:
    """Number of the grid of each unit, by the middle of its cell in metres of the drawing."""
    low = in_metres(ground, [box(0, 0, 1, 1)])[0].bounds
    middles = ground.units.geometry.centroid
    return [number(x - low[0], y - low[1]) for x, y in zip(middles.x, middles.y, strict=True)]


def told(bounds: pd.DataFrame, grid: int) -> dict[str, list[tuple[str, str]]]:
    """Bound and name of what is told of each side of a grid."""
    mine = bounds[bounds["grid"] == grid]
    return {
        side: list(
            mine.loc[mine["side"] == side, ["bound", "name"]].itertuples(index=False, name=None)
        )
        for side in SIDES
    }


def test_a_grid_is_bounded_by_river_street_neighbour_community_and_grid() -> None:
    labels = labelled(GROUND, lambda x, y: 0 if y < 100 else 1 if x < 100 else 2)
    bounds = main_bounds(grid_bounds(GROUND, labels, around(GROUND)))
    north_east = told(bounds, 2)
    assert north_east["east"] == [("street", "东街")]
    assert north_east["south"] == [("river", "云溪")]
    assert north_east["west"] == [("grid", "")]
    assert north_east["north"] == [("community", "锦屏社区")]
    across = bounds[(bounds["grid"] == 2) & (bounds["side"] == "west")]
    assert across["other"].tolist() == [1]
    south = told(bounds, 0)
    assert south["north"] == [("river", "云溪")]
    assert south["west"] == [("community", "")]


def test_the_wall_of_a_courtyard_is_named_after_it_from_both_sides() -> None:
    yard = [0 if y == "c0" else 1 for y in GROUND.units["courtyard_id"]]
    bounds = main_bounds(grid_bounds(GROUND, yard, around(GROUND)))
    assert set(told(bounds, 0)["north"]) == {("wall", "锦绣苑")}


@settings(max_examples=40)
@given(st.lists(st.integers(-1, 5), min_size=len(GROUND.units), max_size=len(GROUND.units)))
def test_the_bounds_of_a_grid_are_as_long_as_its_outline(labels: list[int]) -> None:
    bounds = grid_bounds(GROUND, labels, around(GROUND))
    drawn = outlines(GROUND, labels)
    for grid in sorted(set(labels) - {-1}):
        beside = (drawn["left"] == grid) | (drawn["right"] == grid)
        length = bounds.loc[bounds["grid"] == grid, "length_m"].sum()
        assert length == pytest.approx(drawn.loc[beside, "length_m"].sum())
    assert -1 not in set(bounds["grid"])


@settings(max_examples=40)
@given(st.lists(st.integers(-1, 5), min_size=len(GROUND.units), max_size=len(GROUND.units)))
def test_each_side_is_told_by_one_to_three_things(labels: list[int]) -> None:
    bounds = grid_bounds(GROUND, labels, around(GROUND))
    main = main_bounds(bounds)
    sides = bounds.groupby(["grid", "side"]).ngroups
    counts = main.groupby(["grid", "side"]).size()
    assert len(counts) == sides
    assert counts.between(1, MOST_NAMED).all()


def test_no_grid_has_no_bounds() -> None:
    none = gpd.GeoDataFrame({"name": [], "street_class": [], "kind": []}, geometry=[], crs=4326)
    empty = Surroundings(none, none, none, {})
    assert main_bounds(grid_bounds(GROUND, [-1] * len(GROUND.units), empty)).empty
