"""Checks of areas and courtyards, and floor area against households."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from gis.coverage.checks import courtyards_near, kinds_inside
from gis.coverage.floor_area import floor_area_needs
from gis.coverage.population import Population, population

CRS = "EPSG:4548"


def areas() -> gpd.GeoDataFrame:
    """A street office of two communities side by side."""
    return gpd.GeoDataFrame(
        {
            "area_code": ["511599001000", "511599001001", "511599001002"],
            "name": ["云溪街道", "云溪社区", "南华社区"],
            "level": ["subdistrict", "community", "community"],
        },
        geometry=[box(0, 0, 200, 100), box(0, 0, 100, 100), box(100, 0, 200, 100)],
        crs=CRS,
    )


def facilities(*rows: tuple[str, Point], **columns: Any) -> gpd.GeoDataFrame:
    """Facilities of these kinds at these places."""
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"F{n}" for n in range(len(rows))],
            "kind": [kind for kind, _ in rows],
            **columns,
        },
        geometry=[place for _, place in rows],
        crs=CRS,
    )


def people(households: list[int]) -> Population:
    """Registered households of buildings."""
    return population(pd.DataFrame({"households": households, "households_kind": "registered"}))


def test_a_kind_in_the_street_office_may_be_missing_in_a_community() -> None:
    table = kinds_inside(areas(), facilities(("canteen", Point(50, 50))), ["canteen"])
    assert table["facilities"].tolist() == [1, 1, 0]
    assert table["ok"].tolist() == [True, True, False]


def test_a_function_counts_as_much_as_a_kind_and_idle_premises_not_at_all() -> None:
    places = facilities(
        ("service_centre", Point(50, 50)),
        ("culture", Point(150, 50)),
        functions=["culture;canteen", None],
        idle=[False, True],
    )
    table = kinds_inside(areas(), places, ["culture", "canteen", "service_centre"])
    counts = table.pivot_table(index="area_code", columns="kind", values="facilities")
    assert counts.loc["511599001001"].to_dict() == {"culture": 1, "canteen": 1, "service_centre": 1}
    assert counts.loc["511599001002"].sum() == 0


def test_no_facility_at_all_is_no_fault_of_the_check() -> None:
    table = kinds_inside(areas(), facilities(), ["canteen", "medical"])
    assert len(table) == 6
    assert not table["ok"].any()


@pytest.fixture
def yards() -> gpd.GeoDataFrame:
    """Three courtyards in a row."""
    return gpd.GeoDataFrame(
        {"courtyard_id": ["X1", "X2", "X3"], "name": ["一", "二", None]},
        geometry=[box(0, 0, 50, 50), box(100, 0, 150, 50), box(400, 0, 450, 50)],
        crs=CRS,
    )


def test_a_courtyard_has_a_station_inside_or_near_straight_or_on_foot(
    yards: gpd.GeoDataFrame,
) -> None:
    stations = facilities(("rest_station", Point(25, 25)))
    homes = np.array(["X1", "X2", "X2", None], dtype=object)
    walks = np.array([30.0, 90.0, 140.0, 10.0])
    table = courtyards_near(
        yards, stations, "rest_station", people([5, 6, 7, 8]), homes, walks, 100.0
    ).set_index("courtyard_id")
    assert table["inside"].tolist() == [1, 0, 0]
    assert table["straight_m"].tolist() == [0.0, 75.0, 375.0]
    assert table["ok_straight"].tolist() == [True, True, False]
    assert table.loc[["X2"], ["nearest_walk_m", "farthest_walk_m"]].values.tolist() == [
        [90.0, 140.0]
    ]
    assert table.loc[["X2"], ["households", "households_within"]].values.tolist() == [[13, 6]]
    assert table["ok_network"].isna().tolist() == [False, False, True]
    assert table["ok_network"].tolist()[:2] == [True, False]


def test_without_any_station_every_courtyard_is_far(yards: gpd.GeoDataFrame) -> None:
    homes = np.array(["X1"], dtype=object)
    table = courtyards_near(
        yards, facilities(), "rest_station", people([5]), homes, np.array([np.inf]), 300.0
    )
    assert np.isinf(table["straight_m"]).all()
    assert not table["ok_straight"].any()
    assert table["ok_network"].tolist()[0] is False


def test_thirty_square_metres_are_needed_for_each_hundred_households_twice() -> None:
    places = facilities(("service_centre", Point(50, 50)), floor_area_m2=[95.0])
    homes = np.array(["511599001001"] * 2, dtype=object)
    table = floor_area_needs(areas().iloc[1:2], places, people([200, 100]), homes)
    assert table["kind"].tolist() == ["service_centre", "elder_care"]
    assert table["needed_m2"].tolist() == [90.0, 90.0]
    assert table["missing_m2"].tolist() == [0.0, 90.0]
    assert table["ok"].tolist() == [True, False]


def test_no_square_metre_serves_twice() -> None:
    both = facilities(
        ("service_centre", Point(50, 50)), functions=["elder_care"], floor_area_m2=[100.0]
    )
    homes = np.array(["511599001001"], dtype=object)
    table = floor_area_needs(areas().iloc[1:2], both, people([200]), homes)
    assert table["floor_area_m2"].tolist() == [50.0, 50.0]


def test_an_area_that_nobody_measured_counts_as_nothing_and_is_counted() -> None:
    places = facilities(
        ("service_centre", Point(50, 50)),
        ("service_centre", Point(60, 50)),
        floor_area_m2=[None, 20.0],
    )
    homes = np.array(["511599001001"], dtype=object)
    table = floor_area_needs(areas().iloc[1:3], places, people([100]), homes)
    first = table[(table["area_code"] == "511599001001") & (table["kind"] == "service_centre")]
    assert first[["floor_area_m2", "facilities", "unknown"]].values.tolist() == [[20.0, 2, 1]]
    empty = table[table["area_code"] == "511599001002"]
    assert empty["needed_m2"].tolist() == [0.0, 0.0]
    assert empty["ok"].all()
