"""Where units of a new ground stood in the old one."""

from __future__ import annotations

import geopandas as gpd
from shapely import box

from gis.carry import carried


def units(*rows: tuple[str, str, str | None, int, int]) -> gpd.GeoDataFrame:
    """Rows of (id, kind, building, households, column); cells are 10 m squares in a row."""
    ids, kinds, buildings, households, columns = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"unit_id": ids, "kind": kinds, "building_id": buildings, "households": households},
        geometry=[box(10 * c, 0, 10 * c + 10, 10) for c in columns],
        crs="EPSG:4545",
    )


def test_buildings_are_followed_by_their_id_wherever_they_lie() -> None:
    old = units(("a", "building", "a", 10, 0), ("b", "building", "b", 10, 1))
    new = units(("b", "building", "b", 99, 5), ("c", "building", "c", 10, 0))
    assert carried(old, [4, 7], new).tolist() == [7, -1]


def test_ground_takes_the_grid_it_lies_in() -> None:
    old = units(("ground-1", "ground", None, 0, 0), ("a", "building", "a", 10, 1))
    new = units(
        ("ground-9", "ground", None, 0, 1),
        ("ground-1", "ground", None, 0, 5),
        ("ground-2", "ground", None, 0, 0),
    )
    assert carried(old, [3, 6], new).tolist() == [6, -1, 3]


def test_stairwells_follow_their_building_and_back() -> None:
    whole = units(("a", "building", "a", 90, 0))
    halves = units(("a-1", "stairwell", "a", 60, 0), ("a-2", "stairwell", "a", 30, 1))
    assert carried(whole, [5], halves).tolist() == [5, 5]
    assert carried(halves, [8, 2], whole).tolist() == [8]
    assert carried(halves, [8, 2], halves).tolist() == [8, 2]


def test_what_was_in_no_grid_still_is_in_none() -> None:
    old = units(("a", "building", "a", 10, 0), ("ground-1", "ground", None, 0, 1))
    assert carried(old, [-1, -1], old).tolist() == [-1, -1]
