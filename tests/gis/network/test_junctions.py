"""Drawn lines join where people can step from one to the other, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.network.build import WalkingNetwork, network_of
from gis.network.search import graph_of, nearest
from tests.gis.network.drawn import EAST, NORTH, Line, Spot, lattice_lines, streets


def _drawn(lines: Sequence[Line], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    return streets(lines, street_id=[f"D{i}" for i in range(len(lines))], **columns)


def walk_m(network: WalkingNetwork, start: Spot, end: Spot) -> float:
    """Metres between two nodes, told by their places."""
    spots = np.column_stack([network.node_x - EAST, network.node_y - NORTH])
    a, b = (int(np.hypot(*(spots - spot).T).argmin()) for spot in (start, end))
    for node, spot in ((a, start), (b, end)):
        assert np.hypot(*(spots[node] - spot)) < 1, f"no node at {spot}"
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    return float(nearest(graph, [a], [0.0], [0])[0][b])


def test_lines_that_cross_at_one_level_join_there() -> None:
    network = network_of(_drawn([[(0, 50), (100, 50)], [(50, 0), (50, 100)]]))
    assert (network.nodes, network.edges) == (5, 4)
    assert walk_m(network, (0, 50), (50, 100)) == pytest.approx(100)


def test_points_added_where_lines_meet_are_no_segments_without_length() -> None:
    lines = [[(0, 50), (50, 50), (100, 50)], [(50, 0), (50, 100)], [(80, 50), (80, 90), (80, 90)]]
    network = network_of(_drawn(lines))
    assert (network.report.zero_length, network.edges) == (1, 6)


def test_an_end_near_a_line_joins_it_and_one_further_away_does_not() -> None:
    for gap, islands in ((0.4, 1), (0.6, 2)):
        network = network_of(_drawn([[(0, 0), (100, 0)], [(50, gap), (50, 80)]]))
        assert len(network.report.islands) == islands


def test_ends_drawn_a_little_apart_meet() -> None:
    network = network_of(_drawn([[(0, 0), (100, 0)], [(100.3, 0.2), (200, 0)]]))
    assert (network.nodes, network.edges) == (2, 1)
    assert network.edge_m[0] == pytest.approx(200, abs=1)


@pytest.mark.parametrize("kind", ["bridge", "tunnel"])
def test_a_bridge_or_tunnel_joins_at_its_ends_only(kind: str) -> None:
    over = [(50, -20), (50, 0), (50, 20)]
    lines = [[(0, 0), (50, 0), (100, 0)], over, [(0, 20), (100, 20)], [(50, -20), (0, 0)]]
    flags = {kind: [False, True, False, False]}
    network = network_of(_drawn(lines, **flags))
    assert walk_m(network, (100, 0), (50, 20)) == pytest.approx(100 + np.hypot(50, 20) + 40)
    joined = network_of(_drawn(lines))
    assert walk_m(joined, (100, 0), (50, 20)) == pytest.approx(70)


def test_a_bridge_in_two_pieces_does_not_join_the_street_below_the_seam() -> None:
    lines = [[(0, 0), (100, 0)], [(50, -30), (50, 0)], [(50, 0), (50, 30)]]
    network = network_of(_drawn(lines, bridge=[False, True, True]))
    assert len(network.report.islands) == 2
    assert walk_m(network, (50, -30), (50, 30)) == pytest.approx(60)


def test_stairs_lead_up_to_the_middle_of_a_footbridge() -> None:
    lines = [[(50, -30), (50, 30)], [(50, 0), (70, 0)], [(30, 0), (100, 0)]]
    classes = ["footpath", "steps", "street"]
    network = network_of(
        _drawn(lines, street_class=classes, bridge=[True, False, False], level=[1.0, 0.0, 0.0])
    )
    assert walk_m(network, (100, 0), (50, 30)) == pytest.approx(30 + 20 + 30)


def test_lines_of_different_levels_do_not_join_where_they_cross() -> None:
    lines = [[(0, 50), (100, 50)], [(50, 0), (50, 100)]]
    assert len(network_of(_drawn(lines, level=[0.0, 1.0])).report.islands) == 2


def test_a_line_that_crosses_itself_joins_itself() -> None:
    network = network_of(_drawn([[(0, 0), (100, 0), (100, 100), (50, 100), (50, -50)]]))
    assert walk_m(network, (0, 0), (50, -50)) == pytest.approx(100)


@settings(deadline=None, max_examples=40)
@given(lattice_lines(6), st.integers(0, 3))
def test_crossing_lines_are_joined_as_a_naive_noding_joins_them(
    lines: list[list[Spot]], shift: int
) -> None:
    lines = [[(x + 37.0 * shift * (k % 2), y) for x, y in line] for k, line in enumerate(lines)]
    network = network_of(_drawn(lines))
    noded = shapely.get_parts(shapely.node(shapely.MultiLineString([list(i) for i in lines])))
    spots = np.unique(shapely.get_coordinates(noded), axis=0)
    corners = np.asarray(shapely.points(spots), dtype=object)
    apart = shapely.distance(corners[:, None], np.r_[noded, corners][None])
    # What lies nearer than an end may be drawn off its line is meant to join.
    assume(not ((apart > 1e-6) & (apart < 1)).any())
    whole = nx.Graph()
    for piece in noded:
        xy = [tuple(np.round(c, 3)) for c in piece.coords]
        for a, b in pairwise(xy):
            whole.add_edge(a, b, metres=float(np.hypot(a[0] - b[0], a[1] - b[1])))
    spots = np.column_stack([network.node_x - EAST, network.node_y - NORTH])
    places = [_like(whole, spot) for spot in spots]
    true = dict(nx.all_pairs_dijkstra_path_length(whole, weight="metres"))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    for one, other in combinations(range(network.nodes), 2):
        metres = nearest(graph, [one], [0.0], [0])[0][other]
        assert metres == pytest.approx(true[places[one]].get(places[other], np.inf), abs=0.05)


def _like(graph: nx.Graph, spot: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """The node of a graph at a place."""
    found: tuple[float, ...] = min(
        graph, key=lambda node: float(np.hypot(node[0] - spot[0], node[1] - spot[1]))
    )
    assert np.hypot(found[0] - spot[0], found[1] - spot[1]) < 0.01
    return found
