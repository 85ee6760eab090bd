"""A building over the cap becomes one unit for each stairwell, in a row along the building."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from gis.borders import contiguity
from gis.cells import Ground, build_ground
from gis.partition.divide import divide
from gis.partition.loads import unit_rules
from gis.partition.rules import changed_rules, load_rules
from gis.stairwells import spread
from tests.gis.towns import Town

RULES = load_rules("gaoxian-2020")  # 150 households, 300 in new courtyards


def built(
    shapes: Sequence[BaseGeometry],
    households: list[int],
    stairwells: list[int],
    *,
    layer: pd.DataFrame | None = None,
    **town: object,
) -> Ground:
    """A town of buildings with these households and numbers of stairwells."""
    place = Town(shapes, **town)  # type: ignore[arg-type]
    houses = place.houses().assign(households=households, stairwells=stairwells)
    return build_ground(houses, unit_rules(RULES, layer), **place.layers())


def layer(building: str, households: list[int], numbers: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stairwell_id": [f"{building}/S{n}" for n in numbers],
            "building_id": building,
            "number": numbers,
            "households": households,
        }
    )


SLAB = box(20, 90, 120, 102)


def test_only_buildings_over_the_cap_are_divided() -> None:
    ground = built([SLAB, box(150, 90, 180, 102)], [400, 150], [4, 3])
    assert ground.units["kind"].tolist() == ["stairwell"] * 4 + ["building"]
    assert ground.units["building_id"].tolist() == ["b0"] * 4 + ["b1"]
    assert ground.units["households"].tolist() == [100] * 4 + [150]
    assert ground.units["households_estimated"].tolist() == [True] * 4 + [False]
    assert ground.units["unit_id"].tolist()[:4] == ["b0-1", "b0-2", "b0-3", "b0-4"]


def test_the_cap_is_that_of_the_courtyard_the_building_lies_in() -> None:
    # c1 is of kind new (300), c0 old (150).
    yards = [box(10, 80, 90, 120), box(110, 80, 190, 120)]
    shapes = [box(20, 90, 80, 102), box(120, 90, 180, 102)]
    ground = built(shapes, [200, 200], [2, 2], courtyards=yards)
    houses = ground.units[ground.units["kind"] != "ground"]
    assert houses["unit_id"].tolist() == ["b0-1", "b0-2", "b1"]


def test_declared_households_are_taken_in_the_order_of_the_numbers() -> None:
    numbers, counts = ["10单元", "2单元", "1单元"], [30, 70, 100]
    ground = built([SLAB], [200], [0], layer=layer("b0", counts, numbers))
    assert ground.units["households"].tolist() == [100, 70, 30]
    assert not ground.units["households_estimated"].any()
    x = ground.units.geometry.centroid.x.to_numpy()
    assert (np.diff(x) > 0).all()


def test_counts_that_do_not_add_up_are_spread_and_marked_estimated() -> None:
    ground = built([SLAB], [200], [0], layer=layer("b0", [30, 10], ["1", "2"]))
    assert ground.units["households"].tolist() == [150, 50]
    assert ground.units["households_estimated"].all()


def test_a_building_without_stairwells_stays_whole_and_is_flagged() -> None:
    ground = built([SLAB, box(150, 90, 180, 102)], [400, 10], [1, 1])
    assert ground.units["kind"].tolist() == ["building"] * 2
    assert divide(ground, RULES).certificate.over_cap == ("b0",)


def test_rules_may_keep_buildings_whole() -> None:
    rules = changed_rules(RULES, divide_buildings=False)
    place = Town([SLAB])
    houses = place.houses().assign(households=400, stairwells=4)
    ground = build_ground(houses, unit_rules(rules), **place.layers())
    assert ground.units["kind"].tolist() == ["building"]


@pytest.mark.parametrize(
    "shape",
    [
        SLAB,
        affinity.rotate(SLAB, 40),
        affinity.rotate(SLAB, 90),
        Polygon([(20, 20), (120, 20), (120, 120), (108, 120), (108, 32), (20, 32)]),
        Polygon([(20, 20), (90, 20), (90, 90), (78, 90), (78, 32), (32, 32), (32, 90), (20, 90)]),
    ],
    ids=["slab", "slanted", "north-south", "corner", "horseshoe"],
)
def test_stairwells_stand_in_a_row_and_tile_the_cell_of_the_building(shape: BaseGeometry) -> None:
    other = box(150, 150, 170, 170)
    whole = built([shape, other], [10, 10], [5, 1])
    parts = built([shape, other], [500, 10], [5, 1])
    cells = parts.units.geometry.to_numpy()
    before = whole.units.geometry.to_numpy()
    assert shapely.area(shapely.union_all(cells[:5])) == pytest.approx(before[0].area, rel=0.02)
    assert shapely.area(cells).sum() == pytest.approx(200 * 200, rel=1e-3)
    touching = contiguity(parts, {"river"})
    pairs = set(zip(touching.i.tolist(), touching.j.tolist(), strict=True))
    assert {(0, 1), (1, 2), (2, 3), (3, 4)} <= pairs


def test_a_building_across_a_courtyard_border_is_divided_on_its_own_side() -> None:
    ground = built(
        [box(20, 90, 120, 102), box(150, 20, 170, 40)],
        [600, 10],
        [6, 1],
        courtyards=[box(10, 80, 90, 120)],
        barriers=[("river", LineString([(0, 60), (200, 60)]))],
    )
    stairs = ground.units[ground.units["kind"] == "stairwell"]
    assert len(stairs) == 6
    assert (stairs["courtyard_id"] == "c0").all()


def test_a_grid_holds_stairwells_side_by_side_within_the_cap() -> None:
    ground = built([SLAB, box(150, 90, 180, 102)], [420, 40], [6, 1])
    division = divide(ground, RULES)
    assert division.certificate.over_cap == ()
    assert division.certificate.grids == 4  # 460 households, at most 142 in each
    assert (division.grids["load"] <= 0.95).all()


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 300), min_size=1, max_size=30))
def test_what_is_spread_adds_up_and_follows_the_shares(total: int, shares: list[int]) -> None:
    parts = spread(total, shares)
    assert parts.sum() == total
    fair = np.array(shares) * total / sum(shares) if sum(shares) else total / len(shares)
    assert (np.abs(parts - fair) < 1).all()
