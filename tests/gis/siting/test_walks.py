"""Walks from buildings to candidates: those that reach counts, all within the limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from gis.circles.reach import ReachSettings, reach
from gis.network.build import network_of
from gis.network.policy import GATE_POLICIES, GatePolicy, search_graph
from gis.network.snapping import snap, snapper
from gis.siting.walks import walks_to
from tests.gis.circles.drawn import ORIGIN, YARDS, buildings, facilities, streets, walled_town


@pytest.mark.parametrize("policy", GATE_POLICIES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), limit=st.sampled_from([0.0, 150.0, 600.0]))
def test_walks_to_each_candidate_are_its_reach_within_the_limit(
    policy: GatePolicy, seed: int, limit: float
) -> None:
    rng = np.random.default_rng(seed)
    network = walled_town(rng)
    east = [[2000.0 * (zone + 1), 0.0] for zone in rng.integers(-1, YARDS, 13)]
    spots = [(float(x), float(y)) for x, y in rng.uniform(-60, 360, (13, 2)) + east]
    houses, shops = buildings(spots[:9]), facilities([(*spot, "canteen") for spot in spots[9:]])
    settled = ReachSettings(gate_policy=policy)
    found = reach(network, houses, shops, ["canteen"], settings=settled)
    walks = walks_to(network, search_graph(network, policy), found.visited, found.homes, limit)
    metres = np.full(walks.shape, np.inf)
    metres[np.repeat(np.arange(len(shops)), np.diff(walks.indptr)), walks.indices] = walks.data
    for row in range(len(shops)):
        one = reach(network, houses, shops.iloc[[row]], ["canteen"], settings=settled).metres[:, 0]
        wanted = np.where(one <= np.float32(limit), one, np.inf)
        np.testing.assert_allclose(metres[row], wanted, rtol=1e-6)


def test_a_home_at_the_candidates_door_is_an_entry_of_0_m() -> None:
    network = network_of(streets([LineString([(0, 0), (100, 0)])]))
    place = snap(snapper(network), ORIGIN + np.array([[30.0, 0.0]]))
    walks = walks_to(network, search_graph(network, "open"), place, place, 0.0)
    assert walks.indices.tolist() == [0]
    assert walks.data.tolist() == [0.0]


def test_more_candidates_than_one_batch_have_their_rows_in_order() -> None:
    network = network_of(streets([LineString([(0, 0), (3000, 0)])]))
    along = ORIGIN + np.column_stack([np.arange(1400) * 2.0, np.zeros(1400)])
    places = snap(snapper(network), along)
    walks = walks_to(network, search_graph(network, "open"), places, places, 3.0)
    assert np.diff(walks.indptr).tolist() == [2, *[3] * 1398, 2]
    assert walks[[700]].indices.tolist() == [699, 700, 701]
    assert walks[[700]].data.tolist() == pytest.approx([2.0, 0.0, 2.0])


def test_on_an_empty_network_nobody_walks_anywhere() -> None:
    network = network_of(streets([]))
    place = snap(snapper(network), ORIGIN + np.array([[30.0, 0.0]]))
    assert walks_to(network, search_graph(network, "open"), place, place, 900.0).nnz == 0
