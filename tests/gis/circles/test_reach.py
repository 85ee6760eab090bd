"""Who reaches what: exact walks, and the reason where there is none."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from gis.circles.reach import REASONS, Reach, ReachSettings, reach
from gis.circles.reach_layer import reach_frame
from gis.network.build import WalkingNetwork, network_of
from gis.network.policy import GatePolicy
from tests.gis.circles.drawn import (
    CRS,
    YARDS,
    Rng,
    buildings,
    facilities,
    frame,
    opened,
    spliced,
    streets,
    walled_town,
)

POLICIES: tuple[GatePolicy, ...] = ("open", "residents", "shut")
KINDS = ("canteen", "medical")


def _spots(rng: Rng, count: int) -> list[tuple[float, float]]:
    """Places around the town and its courtyards, some too far from any street."""
    zone = rng.integers(-1, YARDS, count)
    xy = rng.uniform(-60, 360, (count, 2)) + np.column_stack([2000.0 * (zone + 1), 0 * zone])
    return [(float(x), float(y)) for x, y in xy]


def _places(rng: Rng) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    kinds = rng.choice(KINDS, 6)
    spots = _spots(rng, 6)
    return buildings(_spots(rng, 9)), facilities(
        [(x, y, str(kind)) for (x, y), kind in zip(spots, kinds, strict=True)]
    )


@pytest.mark.parametrize("policy", POLICIES)
@given(seed=st.integers(0, 10**6))
def test_walks_are_those_of_networkx_with_places_spliced_in(policy: GatePolicy, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    houses, shops = _places(rng)
    found = reach(network, houses, shops, KINDS, settings=ReachSettings(gate_policy=policy))
    naive = spliced(network, found.homes, found.visited)
    for k, kind in enumerate(KINDS):
        rows = np.flatnonzero((shops["kind"] == kind) & found.visited.ok)
        for b in range(len(houses)):
            walks = [
                naive.walk(policy, b, found.homes.zone[b], int(f), found.visited.zone[f])
                if found.homes.ok[b]
                else np.inf
                for f in rows
            ]
            shortest = min(walks, default=np.inf)
            assert found.metres[b, k] == pytest.approx(shortest, abs=1e-3)
            if np.isfinite(shortest):
                chosen = int(np.flatnonzero(rows == found.facility[b, k])[0])
                assert walks[chosen] == pytest.approx(shortest, abs=1e-6)
            else:
                assert found.facility[b, k] == -1


@given(seed=st.integers(0, 10**6), policy=st.sampled_from(POLICIES))
def test_every_pair_has_a_reason_that_is_true(seed: int, policy: GatePolicy) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    houses, shops = _places(rng)
    settings = ReachSettings(gate_policy=policy, cutoffs_s=(120, 240))
    found = reach(network, houses, shops, KINDS, settings=settings)
    free = reach(
        network, houses, shops, KINDS, settings=ReachSettings(gate_policy="open", cutoffs_s=(240,))
    )
    for cutoff in settings.cutoffs_s:
        limit = cutoff * settings.speed_mps
        for k, kind in enumerate(KINDS):
            there = (shops["kind"] == kind).to_numpy()
            for b in range(len(houses)):
                said = REASONS[found.reasons_at(cutoff)[b, k]]
                assert (said == "") == (found.metres[b, k] <= limit)
                if not there.any():
                    assert said == "no_such_facility"
                elif not found.homes.ok[b] or not found.visited.ok[there].any():
                    assert said == "snap_too_long"
                elif said == "gate":
                    assert free.metres[b, k] <= limit < found.metres[b, k]
                elif said == "island":
                    assert np.isinf(free.metres[b, k])
                elif said == "too_far":
                    assert limit < free.metres[b, k] < np.inf


def _reached(found: Reach, cutoff_s: float = 300) -> np.ndarray:
    return np.asarray(found.reached(cutoff_s))


@given(seed=st.integers(0, 10**6), policy=st.sampled_from(POLICIES))
def test_longer_cutoffs_and_faster_walkers_reach_no_less(seed: int, policy: GatePolicy) -> None:
    rng = np.random.default_rng(seed)
    found = reach(
        walled_town(rng), *_places(rng), KINDS, settings=ReachSettings(gate_policy=policy)
    )
    assert not (_reached(found, 120) & ~_reached(found, 240)).any()
    slow = found.at_speed(0.6)
    assert not (_reached(slow, 240) & ~_reached(found, 240)).any()
    assert np.all(slow.seconds >= found.seconds)


@given(seed=st.integers(0, 10**6), policy=st.sampled_from(POLICIES))
def test_an_opened_gate_lengthens_no_walk(seed: int, policy: GatePolicy) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    houses, shops = _places(rng)
    settings = ReachSettings(gate_policy=policy)
    walks = [
        reach(opened(network, gates), houses, shops, KINDS, settings=settings).metres
        for gates in range(len(network.gate_id) + 1)
    ]
    for fewer, more in pairwise(walks):
        assert np.all(more <= fewer + 1e-3)
    longest, middle, shortest = (
        reach(network, houses, shops, KINDS, settings=ReachSettings(gate_policy=p)).metres
        for p in ("shut", "residents", "open")
    )
    assert np.all(shortest <= middle + 1e-3)
    assert np.all(middle <= longest + 1e-3)


@given(seed=st.integers(0, 10**6), policy=st.sampled_from(POLICIES))
def test_a_new_facility_lengthens_no_walk_and_no_straight_line(
    seed: int, policy: GatePolicy
) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    houses, shops = _places(rng)
    settings = ReachSettings(gate_policy=policy)
    before = reach(network, houses, shops.iloc[:-1], KINDS, settings=settings)
    after = reach(network, houses, shops, KINDS, settings=settings)
    assert np.all(after.metres <= before.metres)
    assert np.all(after.straight_m <= before.straight_m)


@given(seed=st.integers(0, 10**6))
def test_no_walk_is_shorter_than_the_straight_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # the drawn gates join places 2 km apart, so they stay shut
    settings = ReachSettings(gate_policy="shut")
    found = reach(walled_town(rng), *_places(rng), KINDS, settings=settings)
    assert np.all(found.straight_m <= found.metres + 0.01)


def _lane() -> WalkingNetwork:
    """One lane of 1 km, and one of 100 m that touches nothing."""
    return network_of(
        streets([LineString([(0, 0), (1000, 0)]), LineString([(0, 3000), (100, 3000)])])
    )


def test_the_walk_is_two_legs_and_the_way_between() -> None:
    found = reach(_lane(), buildings([(100, 20)]), facilities([(400, -30, "canteen")]), ["canteen"])
    assert found.metres.tolist() == [[350.0]]
    assert found.straight_m[0, 0] == pytest.approx(np.hypot(300, 50))
    assert found.seconds[0, 0] == pytest.approx(350 / 1.2)
    assert found.facility.tolist() == [[0]]


def test_a_walk_of_exactly_the_cutoff_is_within_it() -> None:
    found = reach(_lane(), buildings([(0, 0)]), facilities([(360, 0, "canteen")]), ["canteen"])
    assert found.reached(300).tolist() == [[True]]
    assert found.reached(299).tolist() == [[False]]


def test_reasons_name_what_is_in_the_way() -> None:
    houses = buildings([(10, 5), (950, 5), (50, 3005), (500, 500)])
    shops = facilities([(20, 5, "canteen"), (20, 2000, "park")])
    settings = ReachSettings(cutoffs_s=(300,))
    found = reach(_lane(), houses, shops, ["canteen", "park", "cafe"], settings=settings)
    words = [[REASONS[code] for code in row] for row in found.reason]
    assert words == [
        ["", "snap_too_long", "no_such_facility"],
        ["too_far", "snap_too_long", "no_such_facility"],
        ["island", "snap_too_long", "no_such_facility"],
        ["snap_too_long", "snap_too_long", "no_such_facility"],
    ]
    codes = {remark.code: remark.ids for remark in found.remarks}
    assert codes["snap_too_long"] == ("f1",)
    assert [r.ids for r in found.remarks if r.code == "snap_too_long"] == [("b3",), ("f1",)]


def _walled(gates: list[tuple[float, float]]) -> WalkingNetwork:
    """A square courtyard with a path inside, 20 m from a street along its south."""
    lines = [LineString([(-500, -20), (500, -20)]), LineString([(50, 30), (50, 70)])]
    yard = frame([box(0, 0, 100, 100)], courtyard_id=["c"], walled=[True])
    posts = frame(
        [Point(*spot) for spot in gates],
        gate_id=[f"g{i}" for i in range(len(gates))],
        courtyard_id=["c"] * len(gates),
    )
    return network_of(streets(lines), yard, posts)


def test_a_courtyard_is_left_by_its_gate_alone() -> None:
    home, shop = buildings([(50, 50)]), facilities([(50, -20, "canteen")])
    walks = {}
    for policy in POLICIES:
        settings = ReachSettings(gate_policy=policy)
        walks[policy] = reach(_walled([(50, 0)]), home, shop, ["canteen"], settings=settings)
    assert walks["residents"].metres.item() == walks["open"].metres.item()
    assert walks["residents"].metres.item() == pytest.approx(70, abs=0.01)
    assert REASONS[walks["shut"].reason.item()] == "gate"
    assert np.isinf(walks["shut"].metres.item())


def test_a_courtyard_without_a_gate_is_an_island_and_named() -> None:
    home, shop = buildings([(50, 50)]), facilities([(50, -20, "canteen")])
    network = _walled([])
    found = reach(network, home, shop, ["canteen"])
    assert REASONS[found.reason.item()] == "island"
    assert [r.ids for r in network.report.remarks()] == [("c",)]


def test_visitors_enter_a_courtyard_but_nobody_walks_through_it() -> None:
    """From the west to the east of a courtyard with a gate on either side."""
    west, east = LineString([(-50, 50), (-5, 50)]), LineString([(105, 50), (150, 50)])
    around = LineString([(-50, 50), (-50, 400), (150, 400), (150, 50)])
    inner = LineString([(5, 50), (95, 50)])
    yard = frame([box(0, 0, 100, 100)], courtyard_id=["c"], walled=[True])
    posts = frame([Point(0, 50), Point(100, 50)], gate_id=["w", "e"], courtyard_id=["c", "c"])
    network = network_of(streets([west, east, around, inner]), yard, posts)
    home = buildings([(-50, 50), (20, 50)])
    shops = facilities([(150, 50, "canteen"), (80, 50, "medical")])
    walks = reach(network, home, shops, KINDS).metres
    assert walks.tolist() == [[900.0, 130.0], [130.0, 60.0]]
    free = reach(network, home, shops, KINDS, settings=ReachSettings(gate_policy="open")).metres
    assert free.tolist() == [[200.0, 130.0], [130.0, 60.0]]


def test_a_facility_that_is_closed_does_not_count_and_is_named() -> None:
    shops = facilities([(20, 5, "canteen"), (900, 5, "canteen")])
    shops["opening_hours"] = ["Mo-Fr 06:30-19:00", "24/7"]
    house = buildings([(10, 5)])
    evening = reach(_lane(), house, shops, ["canteen"], settings=ReachSettings(at="Sa 20:00"))
    noon = reach(_lane(), house, shops, ["canteen"], settings=ReachSettings(at="Mo 12:00"))
    assert (evening.facility.item(), noon.facility.item()) == (1, 0)
    assert {r.code: r.ids for r in evening.remarks}["closed"] == ("f0",)
    assert evening.method["at"] == "Sa 20:00"
    assert reach(_lane(), house, shops, ["canteen"]).facility.item() == 0


def test_hours_that_do_not_parse_are_named_and_count_as_open() -> None:
    shops = facilities([(20, 5, "canteen")])
    shops["opening_hours"] = ["早九晚五"]
    found = reach(
        _lane(), buildings([(10, 5)]), shops, ["canteen"], settings=ReachSettings(at="Mo 03:00")
    )
    assert found.reason.tolist() == [[0]]
    assert [(r.code, r.ids) for r in found.remarks] == [("opening_hours", ("f0",))]


def test_idle_premises_serve_nobody() -> None:
    shops = facilities([(20, 5, "canteen")])
    shops["idle"] = [True]
    found = reach(_lane(), buildings([(10, 5)]), shops, ["canteen"])
    assert REASONS[found.reason.item()] == "no_such_facility"


def test_a_facility_in_the_river_is_named_and_the_rest_computed() -> None:
    lake = frame([box(380, -60, 420, 60)], kind=["river"])
    network = network_of(streets([LineString([(0, 0), (350, 0)])]))
    shops = facilities([(400, 10, "canteen"), (300, 10, "canteen")])
    found = reach(network, buildings([(340, 10)]), shops, ["canteen"], barriers=lake)
    assert found.facility.item() == 1
    assert [(r.code, r.ids) for r in found.remarks] == [("snap_blocked", ("f0",))]


@pytest.mark.parametrize("empty", ["streets", "buildings", "facilities"])
def test_an_empty_layer_is_named_and_nothing_is_lost(empty: str) -> None:
    network = network_of(streets([] if empty == "streets" else [LineString([(0, 0), (90, 0)])]))
    houses = buildings([] if empty == "buildings" else [(10, 5)])
    shops = facilities([] if empty == "facilities" else [(20, 5, "canteen")])
    found = reach(network, houses, shops, ["canteen"])
    assert f"no_{empty}" in [remark.code for remark in found.remarks]
    assert found.metres.shape == (len(houses), 1)
    assert not np.isfinite(found.metres).any()
    assert len(reach_frame(found)) == len(houses)


def test_places_without_a_position_keep_their_row() -> None:
    houses = frame([None, box(0, 0, 4, 4)], building_id=["lost", "found"])
    found = reach(_lane(), houses, facilities([(20, 5, "canteen")]), ["canteen"])
    assert [REASONS[c] for c in found.reason[:, 0]] == ["snap_too_long", ""]
    rows = reach_frame(found)
    assert rows["building_id"].tolist() == ["lost", "found"]
    assert rows.geometry.iloc[0].is_empty
    assert np.isnan(rows["metres"].iloc[0])


def test_the_layer_has_a_row_for_each_building_and_kind() -> None:
    houses, shops = buildings([(10, 5), (900, 5)]), facilities([(20, 5, "canteen")])
    found = reach(_lane(), houses, shops, ["canteen", "nonsense"])
    rows = reach_frame(found)
    assert list(rows.columns) == [
        "building_id",
        "kind",
        "facility_id",
        "seconds",
        "metres",
        "reason",
        "straight_m",
        "geometry",
    ]
    assert rows.crs == "EPSG:4326"
    assert rows["building_id"].tolist() == ["b0", "b0", "b1", "b1"]
    assert rows["kind"].tolist() == ["canteen", "nonsense"] * 2
    assert rows["reason"].tolist() == ["", "no_such_facility", "", "no_such_facility"]
    assert rows["facility_id"].isna().tolist() == [False, True, False, True]
    first = rows.iloc[0]
    assert first["metres"] == pytest.approx(20.0, abs=0.01)
    assert first["seconds"] == pytest.approx(20 / 1.2, abs=0.06)
    assert [r.code for r in found.remarks] == ["unknown_kind"]
    there = rows.to_crs(CRS).geometry.iloc[0]
    assert there.distance(houses.geometry.iloc[0].centroid) < 0.01


def test_the_method_is_said_with_every_result() -> None:
    found = reach(_lane(), buildings([(10, 5)]), facilities([(20, 5, "canteen")]), ["canteen"])
    assert found.method["speed"] == "adult 1.2 m/s"
    assert found.method["gates"] == "residents"
    assert "walked" in found.method["walk"]
    assert found.at_speed(0.8).method["speed"] == "elder 0.8 m/s"
