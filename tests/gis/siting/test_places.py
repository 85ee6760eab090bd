"""Suggested places on streets: what they promise is what building them gives."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from gis.circles.reach import Reach, ReachSettings, reach
from gis.errors import InputError
from gis.network.build import network_of
from gis.network.policy import GATE_POLICIES
from gis.network.snapping import Snapper, snapper
from gis.siting.places import all_buildings, idle_premises, suggest
from tests.gis.circles.drawn import CRS, YARDS, Rng, buildings, facilities, streets, walled_town

SETTINGS = ReachSettings(cutoffs_s=(100, 200))


def spots(rng: Rng, count: int) -> list[tuple[float, float]]:
    """Places in the town and in its courtyards."""
    east = [[2000.0 * (zone + 1), 0.0] for zone in rng.integers(-1, YARDS, count)]
    return [(float(x), float(y)) for x, y in rng.uniform(-60, 360, (count, 2)) + east]


@pytest.mark.parametrize("policy", GATE_POLICIES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), exact=st.booleans())
def test_building_what_is_suggested_gives_the_households_promised(
    policy: str, seed: int, exact: bool
) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    houses = buildings(spots(rng, 12)).assign(households=rng.integers(0, 60, 12))
    shops = facilities([(*spot, "canteen") for spot in spots(rng, 2)])
    settled = ReachSettings(cutoffs_s=(200,), gate_policy=policy)  # type: ignore[arg-type]
    where = snapper(network)
    found = reach(network, houses, shops, ["canteen"], settings=settled, snapping=where)
    offered = all_buildings(buildings(spots(rng, 6)))
    told = suggest(found, where, houses, offered, "canteen", 2, exact=exact)
    built = offered[offered["place"].isin(told.table["place"])]
    new = gpd.GeoDataFrame(
        {"facility_id": "new " + built["place"], "kind": "canteen"},
        geometry=built.geometry.centroid,
        crs=CRS,
    )
    after = reach(
        network, houses, pd.concat([shops, new]), ["canteen"], settings=settled, snapping=where
    )
    reached = after.reached(200)[:, 0]
    assert houses["households"].to_numpy()[reached].sum() == told.sites.after
    assert told.table["households_gained"].sum() == told.sites.after - told.sites.before
    assert told.sites.before == houses["households"].to_numpy()[found.reached(200)[:, 0]].sum()


@pytest.fixture
def along() -> tuple[Reach, Snapper, gpd.GeoDataFrame]:
    """Four houses along a street of 900 m and a canteen at its beginning."""
    network = network_of(streets([LineString([(0, 0), (900, 0)])]))
    houses = buildings([(0, 5), (300, 5), (600, 5), (900, 5)]).assign(
        households=[10, 20, 30, 40], community_code=["511599001001"] * 2 + ["511599001002"] * 2
    )
    where = snapper(network)
    shops = facilities([(0.0, -5.0, "canteen")])
    found = reach(network, houses, shops, ["canteen"], settings=SETTINGS, snapping=where)
    return found, where, houses


def test_idle_premises_are_candidates_when_large_enough_or_of_unknown_size(
    along: tuple[Reach, Snapper, gpd.GeoDataFrame],
) -> None:
    found, where, houses = along
    empty = facilities([(x, -5.0, "other") for x in (250.0, 600.0, 880.0, 300.0)]).assign(
        idle=[True, True, True, False], floor_area_m2=[40.0, np.nan, 300.0, 500.0], name=None
    )
    offered = idle_premises(empty, at_least_m2=100)
    assert offered["place"].tolist() == ["f1", "f2"]
    told = suggest(found, where, houses, offered, "canteen", 1, cutoff_s=100)
    assert told.table["place"].tolist() == ["f2"]
    best = suggest(found, where, houses, idle_premises(empty), "canteen", 3, cutoff_s=100)
    assert best.table["place"].tolist() == ["f2", "f1", "f0"]
    assert best.table["households_gained"].tolist() == [40, 30, 20]
    assert best.table["households_after"].tolist() == [50, 80, 100]
    assert set(best.table["gates"]) == {"residents"}
    assert best.table.crs == "EPSG:4326"


def test_only_the_households_of_the_community_asked_for_count(
    along: tuple[Reach, Snapper, gpd.GeoDataFrame],
) -> None:
    found, where, houses = along
    first = (houses["community_code"] == "511599001001").to_numpy()
    told = suggest(
        found, where, houses, all_buildings(houses), "canteen", 1, cutoff_s=100, counting=first
    )
    assert told.table["place"].tolist() == ["b1"]
    assert (told.sites.before, told.sites.after, told.sites.total) == (10, 30, 30)


def test_candidates_off_the_streets_are_named(
    along: tuple[Reach, Snapper, gpd.GeoDataFrame],
) -> None:
    found, where, houses = along
    offered = all_buildings(buildings([(600, 5), (600, 5000)]))
    told = suggest(found, where, houses, offered, "canteen", 2)
    assert told.table["place"].tolist() == ["b0"]
    assert [remark.ids for remark in told.remarks] == [("b1",)]


def test_a_kind_that_was_not_walked_and_no_candidates_are_refused(
    along: tuple[Reach, Snapper, gpd.GeoDataFrame],
) -> None:
    found, where, houses = along
    with pytest.raises(InputError, match="medical"):
        suggest(found, where, houses, all_buildings(houses), "medical", 1)
    with pytest.raises(InputError, match="no candidate"):
        suggest(found, where, houses, all_buildings(houses.iloc[:0]), "canteen", 1)
