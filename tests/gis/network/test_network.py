"""Streets become a graph: contraction keeps every distance and every metre."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from gis.errors import InputError
from gis.network.build import WalkingNetwork, network_of
from gis.network.search import graph_of, nearest, within
from gis.network.walkable import PRESETS, WalkSettings, walk_settings
from tests.gis.network.drawn import CRS, EAST, NORTH, Spot, lattice_lines, segment_graph, streets


def _spots(network: WalkingNetwork) -> list[Spot]:
    return [
        (round(x - EAST), round(y - NORTH))
        for x, y in zip(network.node_x, network.node_y, strict=True)
    ]


def _graph(network: WalkingNetwork) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(network.nodes))
    ends = zip(network.edge_tail, network.edge_head, network.edge_m, strict=True)
    graph.add_weighted_edges_from(((int(t), int(h), float(m)) for t, h, m in ends), "metres")
    return graph


@settings(deadline=None, max_examples=60)
@given(lattice_lines())
def test_distances_between_nodes_are_those_of_the_uncontracted_streets(
    lines: list[list[Spot]],
) -> None:
    network, whole = network_of(streets(lines)), segment_graph(lines)
    spots = _spots(network)
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    for start, spot in enumerate(spots):
        true = nx.single_source_dijkstra_path_length(whole, spot, weight="metres")
        metres, label = nearest(graph, [start], [0.0], [7])
        assert metres.tolist() == pytest.approx([true.get(s, np.inf) for s in spots])
        assert label.tolist() == [7 if s in true else -1 for s in spots]


@settings(deadline=None, max_examples=60)
@given(lattice_lines())
def test_contraction_loses_no_metre_and_leaves_no_node_in_the_middle_of_a_chain(
    lines: list[list[Spot]],
) -> None:
    network, whole = network_of(streets(lines)), segment_graph(lines)
    assert network.edge_m.sum() == pytest.approx(sum(m for *_, m in whole.edges.data("metres")))
    assert network.edge_m.tolist() == pytest.approx(shapely.length(network.edge_line).tolist())
    first = network.line_xy[network.line_start[:-1]]
    last = network.line_xy[network.line_start[1:] - 1]
    assert first[:, 0].tolist() == network.node_x[network.edge_tail].tolist()
    assert last[:, 1].tolist() == network.node_y[network.edge_head].tolist()
    for node, degree in _graph(network).degree:
        # Only a bare loop keeps a place of degree 2, and that is both ends of one edge.
        assert degree != 2 or (_graph(network).has_edge(node, node))


@settings(deadline=None, max_examples=60)
@given(lattice_lines())
def test_islands_are_the_connected_parts_longest_first(lines: list[list[Spot]]) -> None:
    network, whole = network_of(streets(lines)), segment_graph(lines)
    parts = [whole.subgraph(part).size(weight="metres") for part in nx.connected_components(whole)]
    assert network.report.islands == pytest.approx(sorted(parts, reverse=True))
    assert set(network.node_island.tolist()) == set(range(len(parts)))


@settings(deadline=None, max_examples=60)
@given(lattice_lines())
def test_a_bounded_search_finds_each_node_within_the_limit_once(
    lines: list[list[Spot]],
) -> None:
    network = network_of(streets(lines))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    nodes = np.arange(network.nodes)
    found = within(graph, np.arange(network.nodes + 1), nodes, np.zeros(network.nodes), 250.0)
    for start in nodes:
        everywhere, _ = nearest(graph, [start], [0.0], [0])
        part = slice(found.start[start], found.start[start + 1])
        assert sorted(found.node[part].tolist()) == np.flatnonzero(everywhere <= 250).tolist()
        assert found.metres[part].tolist() == everywhere[found.node[part]].tolist()


def test_hundreds_of_searches_find_what_each_finds_alone() -> None:
    rng = np.random.default_rng(7)
    tail, head = rng.integers(0, 300, (2, 700))
    graph = graph_of(300, tail, head, rng.uniform(1, 90, 700))
    node, metres = rng.integers(0, 300, 900), rng.uniform(0, 50, 900)
    many = within(graph, 3 * np.arange(301), node, metres, 120.0)
    for k in range(300):
        seeds = slice(3 * k, 3 * k + 3)
        one = within(graph, [0, 3], node[seeds], metres[seeds], 120.0)
        part = slice(many.start[k], many.start[k + 1])
        assert many.node[part].tolist() == one.node.tolist()
        assert many.metres[part].tolist() == one.metres.tolist()


def test_of_many_starts_the_nearest_names_each_node() -> None:
    graph = graph_of(5, [0, 1, 2, 3], [1, 2, 3, 4], [10.0, 10.0, 10.0, 10.0])
    metres, label = nearest(graph, [0, 4, 4], [0.0, 5.0, 3.0], [1, 2, 3])
    assert metres.tolist() == [0, 10, 20, 13, 3]
    assert label.tolist() == [1, 1, 1, 3, 3]


def test_a_closed_loop_without_a_junction_stays_as_one_edge() -> None:
    network = network_of(streets([[(0, 0), (100, 0), (100, 100), (0, 0)]]))
    assert (network.nodes, network.edges) == (1, 1)
    assert network.edge_tail.tolist() == network.edge_head.tolist() == [0]
    assert network.edge_line[0].is_ring


def test_parallel_streets_between_two_junctions_both_stay() -> None:
    lines = [
        [(0, 0), (100, 0)],
        [(0, 0), (50, 80), (100, 0)],
        [(0, 0), (-9, 0)],
        [(100, 0), (109, 0)],
    ]
    network = network_of(streets(lines))
    assert (network.nodes, network.edges) == (4, 4)


def test_segments_without_length_and_segments_drawn_twice_are_counted_and_left_out() -> None:
    lines = [[(0, 0), (0, 0), (100, 0)], [(100, 0), (0, 0)], [(50, 50), (50, 50)]]
    network = network_of(streets(lines))
    assert (network.report.zero_length, network.report.duplicates) == (2, 1)
    assert network.edge_m.tolist() == [100]


def test_lines_that_cross_without_a_shared_vertex_do_not_join_in_openstreetmap() -> None:
    network = network_of(streets([[(0, 50), (100, 50)], [(50, 0), (50, 100)]]))
    assert len(network.report.islands) == 2


def test_a_street_without_a_line_is_named_and_the_rest_is_built() -> None:
    layer = streets([[(0, 0), (100, 0)], [(0, 0), (0, 100)]])
    layer = layer.set_geometry([shapely.MultiLineString(), layer.geometry.iloc[1]], crs=CRS)
    network = network_of(layer)
    assert (network.report.empty, network.edges) == (("way/0",), 1)


def test_an_empty_layer_makes_an_empty_network() -> None:
    for layer in (streets([]), gpd.GeoDataFrame({"street_id": []}, geometry=[], crs="EPSG:4326")):
        network = network_of(layer)
        assert (network.nodes, network.edges, network.report.islands) == (0, 0, ())


def test_degrees_are_measured_in_the_metric_crs() -> None:
    layer = streets([[(0, 0), (300, 400)]]).to_crs("EPSG:4326")
    network = network_of(layer)
    assert network.crs.to_epsg() == 4548
    assert network.edge_m.tolist() == pytest.approx([500], abs=0.01)


def test_settings_decide_which_classes_and_private_ways_are_walked() -> None:
    lines = [[(0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 0), (70, 70)]]
    layer = streets(
        lines,
        street_class=["street", "cycleway", "lane"],
        access=["public", "public", "private"],
    )
    assert network_of(layer, settings=PRESETS["wide"]).report.walked == 3
    assert network_of(layer).report.walked == 2
    narrow = network_of(layer, settings=PRESETS["narrow"])
    assert narrow.edge_street.tolist() == [0]
    assert "narrow" in narrow.report.settings


def test_unknown_presets_and_classes_are_named() -> None:
    with pytest.raises(InputError, match="wide"):
        walk_settings("everything")
    with pytest.raises(InputError, match="canal"):
        WalkSettings("mine", frozenset({"canal"}))
