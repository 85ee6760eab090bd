"""Walls part the network, gates lead through, and what is odd is named."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from gis.network.build import WalkingNetwork, network_of
from gis.network.policy import GATE_POLICIES, search_graph
from gis.network.search import nearest
from tests.gis.network.drawn import CRS, EAST, NORTH, Line, Spot, at, streets

YARD = (50.0, 50.0, 250.0, 150.0)
STREETS: list[Line] = [
    [(0, 0), (300, 0), (300, 100), (300, 200), (0, 200), (0, 100), (0, 0)],  # around
    [(0, 100), (150, 100), (300, 100)],  # through the yard, from west to east
    [(150, 100), (150, 60)],  # a dead end inside
]


def yards(boxes: Sequence[tuple[float, ...]], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    """Courtyards as rectangles, walled unless told otherwise."""
    columns = {
        "courtyard_id": [f"X{i}" for i in range(len(boxes))],
        "walled": [True] * len(boxes),
        **columns,
    }
    shapes = [shapely.box(EAST + w, NORTH + s, EAST + e, NORTH + n) for w, s, e, n in boxes]
    return gpd.GeoDataFrame(dict(columns), geometry=shapes, crs=CRS)


def gates(spots: Sequence[Spot], of: Sequence[str | None]) -> gpd.GeoDataFrame:
    """Gates G0, G1 ... of courtyards."""
    ids = [f"G{i}" for i in range(len(spots))]
    shapes = [shapely.Point(at(*spot)) for spot in spots]
    return gpd.GeoDataFrame({"gate_id": ids, "courtyard_id": list(of)}, geometry=shapes, crs=CRS)


def _codes(network: WalkingNetwork) -> dict[str, tuple[str, ...]]:
    return {remark.code: remark.ids for remark in network.report.remarks()}


def _node(network: WalkingNetwork, spot: Spot, zone: int) -> int:
    away = np.hypot(network.node_x - EAST - spot[0], network.node_y - NORTH - spot[1])
    away[network.node_zone != zone] = np.inf
    assert away.min() < 1
    return int(away.argmin())


def _walk_m(network: WalkingNetwork, policy: str, person: int, place: int) -> float:
    graph = search_graph(network, policy)  # type: ignore[arg-type]
    starts = [graph.people[place], graph.visited[place]]
    metres, _ = nearest(graph, starts, [0.0, 0.0], [0, 0])
    return float(metres[graph.people[person]])


def test_a_wall_without_a_gate_cuts_the_street_and_both_are_named() -> None:
    network = network_of(streets(STREETS), yards([YARD]))
    assert _codes(network) == {"courtyard_without_gate": ("X0",), "street_through_wall": ("way/1",)}
    assert len(network.report.islands) == 2
    assert network.edge_m[network.edge_zone == 0].sum() == pytest.approx(240)


def test_a_gate_near_the_crossing_leads_the_street_through() -> None:
    network = network_of(streets(STREETS), yards([YARD]), gates([(45, 110)], ["X0"]))
    assert network.gate_id.tolist() == ["G0"]
    assert (network.node_x[network.gate_in] - EAST).tolist() == [50]
    assert _codes(network) == {"street_through_wall": ("way/1",)}
    assert len(network.report.islands) == 1


def test_an_open_courtyard_has_no_walls() -> None:
    network = network_of(streets(STREETS), yards([YARD], walled=[None]), gates([(50, 100)], ["X0"]))
    assert (network.report.closed, len(network.gate_id)) == (0, 0)
    assert len(network.report.islands) == 1


def test_walls_along_four_fifths_of_the_border_close_a_courtyard() -> None:
    w, s, e, n = YARD
    ring = shapely.LineString([at(w, s), at(w, n), at(e, n), at(e, s), at(w, s)])
    for share, closed in ((0.85, 1), (0.7, 0)):
        wall = substring(ring, 0, share, normalized=True)
        barriers = gpd.GeoDataFrame({"kind": ["wall"]}, geometry=[wall], crs=CRS)
        network = network_of(streets(STREETS), yards([YARD], walled=[False]), None, barriers)
        assert network.report.closed == closed


def test_a_gate_without_a_street_is_joined_to_the_nearest_one_on_both_sides() -> None:
    network = network_of(streets(STREETS), yards([YARD]), gates([(150, 50)], ["X0"]))
    inside, outside = _node(network, (150, 100), 0), _node(network, (300, 100), -1)
    assert _walk_m(network, "open", inside, outside) == pytest.approx(100 + 150 + 100)


def test_a_connector_does_not_lead_through_a_foreign_courtyard() -> None:
    lines: list[Line] = [[(0, 0), (400, 0)], [(150, 100), (150, 60)], [(150, 190), (300, 190)]]
    boxes = [YARD, (100.0, 150.0, 200.0, 180.0)]
    network = network_of(streets(lines), yards(boxes), gates([(150, 150), (60, 50)], ["X0", "X0"]))
    assert _codes(network)["gate_without_street"] == ("G0",)
    assert network.gate_id.tolist() == ["G1"]


def test_a_courtyard_without_streets_gets_straight_paths_to_its_gates() -> None:
    around = STREETS[:1]
    places = gates([(150, 50), (150, 150)], ["X0", "X0"])
    network = network_of(streets(around), yards([YARD]), places)
    assert network.report.assumed == ("X0",)
    assert network.edge_m[network.edge_zone == 0].sum() == pytest.approx(100)
    assert len(network.report.islands) == 1


def test_a_gate_off_its_wall_opens_nothing_and_is_named() -> None:
    network = network_of(streets(STREETS), yards([YARD]), gates([(150, 100)], ["X0"]))
    assert _codes(network)["gate_off_wall"] == ("G0",)
    assert len(network.gate_id) == 0


def test_a_gate_that_names_no_courtyard_belongs_to_the_wall_it_stands_in() -> None:
    network = network_of(streets(STREETS), yards([YARD]), gates([(250, 100)], [None]))
    assert network.gate_id.tolist() == ["G0"]


def test_a_gate_between_two_courtyards_opens_both_walls() -> None:
    boxes = [YARD, (250.0, 50.0, 290.0, 150.0)]
    network = network_of(
        streets(STREETS), yards(boxes), gates([(250, 100), (50, 100)], ["X0", "X0"])
    )
    west = _node(network, (150, 100), 0)
    east = int(network.gate_in[network.gate_zone == 1][0])
    for policy, metres in (("open", 100), ("residents", 100), ("shut", np.inf)):
        assert _walk_m(network, policy, west, east) == pytest.approx(metres)


def test_a_closed_courtyard_in_another_one_counts_as_part_of_it() -> None:
    network = network_of(streets(STREETS), yards([YARD, (100.0, 80.0, 200.0, 120.0)]))
    assert network.report.nested == ("X1",)
    assert network.zone_id.tolist() == ["X0"]


def test_a_bridge_passes_over_a_courtyard_and_a_footbridge_inside_belongs_to_it() -> None:
    lines = [*STREETS, [(100, 0), (100, 200)], [(150, 60), (180, 60), (180, 100)]]
    bridge = [False, False, False, True, True]
    network = network_of(streets(lines, bridge=bridge), yards([YARD]))
    assert network.edge_zone[network.edge_street == 3].tolist() == [-1]
    assert (network.edge_zone[network.edge_street == 4] == 0).all()
    assert network.report.cut == ("way/1",)


def test_a_street_along_the_border_is_outside() -> None:
    along: list[Line] = [*STREETS, [(0, 150), (300, 150)]]
    network = network_of(streets(along), yards([YARD]))
    assert (network.edge_zone[network.edge_street == 3] == -1).all()
    assert network.report.cut == ("way/1",)


def _reshaped(
    layer: gpd.GeoDataFrame, row: int, shape: shapely.Geometry | None
) -> gpd.GeoDataFrame:
    shapes = layer.geometry.to_numpy().copy()
    shapes[row] = shape
    return layer.set_geometry(gpd.GeoSeries(shapes, crs=CRS))


def test_layers_with_rows_without_a_shape_are_no_obstacle() -> None:
    lines, places = streets(STREETS), gates([(50, 100), (250, 100)], ["X0", "X0"])
    boxes = yards([YARD, YARD, YARD])
    point, line = shapely.Point(at(1, 1)), shapely.LineString([at(0, 0), at(9, 9)])
    whole = network_of(lines, yards([YARD]), places)
    walls = gpd.GeoDataFrame({"kind": ["wall", "wall"]}, geometry=[point, point], crs=CRS)
    network = network_of(
        _reshaped(lines, 2, None),
        _reshaped(_reshaped(boxes, 1, None), 2, line),
        _reshaped(places, 1, None),
        _reshaped(walls, 0, None),
    )
    assert (network.report.closed, network.report.empty) == (1, ("way/2",))
    assert network.gate_id.tolist() == ["G0"]
    assert len(whole.gate_id) == 2


def test_a_courtyard_of_two_parts_with_a_hole_is_one() -> None:
    hole = shapely.box(140, 90, 160, 110).exterior
    rings = shapely.Polygon(shapely.box(*YARD).exterior, [hole])
    parts = shapely.MultiPolygon([rings, shapely.box(260, 120, 280, 180)])
    moved = shapely.transform(parts, lambda xy: xy + np.array([EAST, NORTH]))
    yard = yards([YARD]).set_geometry([moved], crs=CRS)
    network = network_of(streets(STREETS), yard, gates([(260, 150)], ["X0"]))
    assert network.report.assumed == ()
    assert network.gate_id.tolist() == ["G0"]
    assert network.report.cut == ("way/1", "way/2")


BOXES = [(50.0, 50.0, 250.0, 150.0), (250.0, 50.0, 350.0, 250.0), (50.0, 160.0, 150.0, 260.0)]


@st.composite
def _towns(draw: st.DrawFn) -> WalkingNetwork:
    """A lattice of streets, some courtyards among them, gates where streets meet walls."""
    spot = st.tuples(st.integers(0, 4), st.integers(0, 3))
    ways = draw(st.lists(st.lists(spot, min_size=2, max_size=6), min_size=3, max_size=12))
    lines = [[(100.0 * x, 100.0 * y) for x, y in way] for way in ways]
    boxes = draw(st.lists(st.sampled_from(BOXES), min_size=1, max_size=3, unique=True))
    wall = st.sampled_from(range(len(boxes))).flatmap(
        lambda k: st.tuples(st.just(k), st.sampled_from([0.1, 0.25, 0.4, 0.6, 0.75, 0.9]))
    )
    chosen = draw(st.lists(wall, max_size=6))
    spots = []
    for k, share in chosen:
        ring = shapely.box(*boxes[k]).exterior.interpolate(share, normalized=True)
        spots.append((ring.x, ring.y))
    return network_of(streets(lines), yards(boxes), gates(spots, [f"X{k}" for k, _ in chosen]))


def _part(network: WalkingNetwork, zones: Sequence[int], gates_of: Sequence[int]) -> nx.Graph:
    """Streets outside and in some courtyards, with the gates of some courtyards open."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(network.nodes))
    for tail, head, metres, zone in zip(
        network.edge_tail, network.edge_head, network.edge_m, network.edge_zone, strict=True
    ):
        if zone in zones:
            graph.add_edge(int(tail), int(head), metres=float(metres))
    for out, inner, zone in zip(network.gate_out, network.gate_in, network.gate_zone, strict=True):
        if zone in gates_of:
            graph.add_edge(int(out), int(inner), metres=0.0)
    return graph


def _naive_m(network: WalkingNetwork, policy: str, person: int, place: int) -> float:
    """The definition of each policy, word for word."""
    home, away = (int(network.node_zone[n]) for n in (person, place))
    closed = range(len(network.zone_id))

    def metres(graph: nx.Graph, start: int) -> dict[int, float]:
        return dict(nx.single_source_dijkstra_path_length(graph, start, weight="metres"))

    if policy == "open":
        return metres(_part(network, [-1, *closed], list(closed)), person).get(place, np.inf)
    if policy == "shut":
        return metres(_part(network, [-1, *closed], []), person).get(place, np.inf)
    own = metres(_part(network, [-1, home], [home]), person)
    if away in (-1, home):
        return own.get(place, np.inf)
    inside = metres(_part(network, [away], []), place)
    through = [
        own.get(int(out), np.inf) + inside.get(int(inner), np.inf)
        for out, inner, zone in zip(
            network.gate_out, network.gate_in, network.gate_zone, strict=True
        )
        if zone == away
    ]
    return min(through, default=np.inf)


@settings(deadline=None, max_examples=60)
@given(_towns(), st.sampled_from(GATE_POLICIES), st.data())
def test_walks_under_each_policy_are_those_of_its_definition(
    network: WalkingNetwork, policy: str, data: st.DataObject
) -> None:
    if not network.nodes:
        return
    node = st.integers(0, network.nodes - 1)
    place = data.draw(node)
    for person in data.draw(st.lists(node, min_size=1, max_size=8)):
        naive = _naive_m(network, policy, person, place)
        assert _walk_m(network, policy, person, place) == pytest.approx(naive)
        graph = search_graph(network, policy, "people")  # type: ignore[arg-type]
        metres, _ = nearest(graph, [graph.people[person]], [0.0], [0])
        found = min(metres[graph.people[place]], metres[graph.visited[place]])
        assert found == pytest.approx(naive)


@settings(deadline=None, max_examples=60)
@given(_towns())
def test_no_edge_leads_through_a_wall_and_no_metre_of_street_is_lost(
    network: WalkingNetwork,
) -> None:
    zone = np.full(network.nodes, -2)
    for ends in (network.edge_tail, network.edge_head):
        seen = zone[ends]
        assert ((seen == -2) | (seen == network.edge_zone)).all()
        zone[ends] = network.edge_zone
    for line, of in zip(network.edge_line, network.edge_zone, strict=True):
        for k, area in enumerate(network.zone_area):
            if k == of:
                assert area.buffer(0.1).covers(line)
            else:
                assert shapely.intersection(line, area.buffer(-0.1)).length < 1
