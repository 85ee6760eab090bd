"""Walks from buildings to candidates, against networkx on the same streets."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.network.build import WalkingNetwork, network_of
from gis.network.search import graph_of
from gis.network.snapping import Snaps, snap, snapper
from gis.siting.walks import walks_to
from tests.gis.network.drawn import EAST, NORTH, Spot, lattice_lines, streets

SPOTS = st.lists(
    st.tuples(st.floats(-40, 440, width=32), st.floats(-40, 340, width=32)),
    min_size=1,
    max_size=6,
)


def on_foot(network: WalkingNetwork, one: Snaps, other: Snaps) -> np.ndarray:
    """All walks between two sets of places, by networkx."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(network.nodes))
    ends = zip(network.edge_tail, network.edge_head, network.edge_m, strict=True)
    graph.add_weighted_edges_from((int(t), int(h), float(m)) for t, h, m in ends)
    metres = np.full((len(one.edge), len(other.edge)), np.inf)
    for a in np.flatnonzero(one.ok):
        graph.add_edge("place", int(network.edge_tail[one.edge[a]]), weight=one.to_tail_m[a])
        graph.add_edge("place", int(network.edge_head[one.edge[a]]), weight=one.to_head_m[a])
        away = nx.single_source_dijkstra_path_length(graph, "place", weight="weight")
        graph.remove_node("place")
        for b in np.flatnonzero(other.ok):
            edge = other.edge[b]
            ways = [
                away.get(int(network.edge_tail[edge]), np.inf) + other.to_tail_m[b],
                away.get(int(network.edge_head[edge]), np.inf) + other.to_head_m[b],
            ]
            if edge == one.edge[a]:
                ways.append(abs(one.to_tail_m[a] - other.to_tail_m[b]))
            metres[a, b] = one.leg_m[a] + min(ways) + other.leg_m[b]
    return metres


@settings(max_examples=40, deadline=None)
@given(lattice_lines(), SPOTS, SPOTS, st.sampled_from([0.0, 120.0, 400.0]))
def test_walks_within_the_limit_are_the_shortest_and_all_of_them(
    lines: list[list[Spot]], candidates: list[Spot], homes: list[Spot], limit: float
) -> None:
    network = network_of(streets(lines))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    streets_of = snapper(network)
    origin = np.array([EAST, NORTH])
    to, at = (snap(streets_of, np.array(p) + origin, limit_m=60) for p in (candidates, homes))
    walks = walks_to(network, graph, to, at, limit)
    expected = on_foot(network, to, at)
    clear = np.abs(expected - limit) > 0.01
    found = np.full(expected.shape, np.inf)
    row = np.repeat(np.arange(len(candidates)), np.diff(walks.indptr))
    found[row, walks.indices] = walks.data
    wanted = np.where(expected <= limit, expected, np.inf)
    np.testing.assert_allclose(found[clear], wanted[clear], atol=1e-6)


def test_a_home_at_the_candidates_door_is_an_entry_of_0_m() -> None:
    network = network_of(streets([[(0.0, 0.0), (100.0, 0.0)]]))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    place = snap(snapper(network), np.array([[EAST + 30, NORTH]]), limit_m=60)
    walks = walks_to(network, graph, place, place, 0.0)
    assert walks.indices.tolist() == [0]
    assert walks.data.tolist() == [0.0]


def test_more_candidates_than_one_batch_have_their_rows_in_order() -> None:
    network = network_of(streets([[(0.0, 0.0), (3000.0, 0.0)]]))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    along = np.column_stack([EAST + np.arange(1400) * 2.0, np.full(1400, NORTH)])
    places = snap(snapper(network), along, limit_m=10)
    walks = walks_to(network, graph, places, places, 3.0)
    assert np.diff(walks.indptr).tolist() == [2, *[3] * 1398, 2]
    assert walks[[700]].indices.tolist() == [699, 700, 701]
