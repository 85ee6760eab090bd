"""The way on foot from one place to another, as a line to follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from gis.network.build import WalkingNetwork
from gis.network.policy import search_graph
from gis.network.search import Floats, SearchGraph, nearest
from gis.network.snapping import Snapper, Snaps, snap


@dataclass(frozen=True, slots=True)
class FootWay:
    """
    A walk: its metres, and the line to follow.

    ``xy`` is (n, 2) in metres of the network's CRS, from the place of departure to the goal, the
    straight legs at both ends included.
    """

    metres: float
    xy: Floats


def open_graph(network: WalkingNetwork) -> SearchGraph:
    """Return the graph of somebody whom every gate lets through, as grid workers are."""
    return search_graph(network, "open")


def foot_way(snapper: Snapper, graph: SearchGraph, start: Floats, goal: Floats) -> FootWay | None:
    """
    Return the shortest walk between two places through streets and gates.

    Parameters
    ----------
    snapper
        Of the network.
    graph
        `open_graph` of the same network.
    start, goal
        (2,) positions in metres of the network's CRS.

    Returns
    -------
    way
        None when a place is far from every street, or no way joins them.

    Notes
    -----
    One unbounded search, O(edges log edges); each step of the line reads the ends of all edges.
    """
    snaps = snap(snapper, np.vstack([start, goal]))
    if not snaps.ok.all():
        return None
    legs = float(snaps.leg_m.sum())
    along = _on_one_edge(snapper.network, snaps)
    through = _through_nodes(snapper.network, graph, snaps)
    found = min((way for way in (along, through) if way is not None), key=_metres, default=None)
    if found is None:
        return None
    xy = np.vstack([start, found.xy, goal])
    return FootWay(found.metres + legs, xy)


def _metres(way: FootWay) -> float:
    return way.metres


def _on_one_edge(network: WalkingNetwork, snaps: Snaps) -> FootWay | None:
    if snaps.edge[0] != snaps.edge[1]:
        return None
    begin, end = (float(metres) for metres in snaps.to_tail_m)
    part = substring(network.edge_line[snaps.edge[0]], begin, end)
    return FootWay(abs(end - begin), shapely.get_coordinates(part))


def _through_nodes(network: WalkingNetwork, graph: SearchGraph, snaps: Snaps) -> FootWay | None:
    start, goal = (_ends(network, snaps, row) for row in (0, 1))
    left, _ = nearest(graph, [node for node, _ in goal], [m for _, m in goal], [0, 0])
    at, metres = min(
        ((node, walked + float(left[node])) for node, walked in start), key=lambda one: one[1]
    )
    if not np.isfinite(metres):
        return None
    lines = [_to_node(network, snaps, 0, at)]
    passed = {at}
    while not any(node == at and left[at] >= rest - 1e-6 for node, rest in goal):
        at, line = _step(network, left, at, passed)
        lines.append(line)
        passed.add(at)
    lines.append(_to_node(network, snaps, 1, at)[::-1])
    return FootWay(metres, np.vstack(lines))


def _ends(network: WalkingNetwork, snaps: Snaps, row: int) -> list[tuple[int, float]]:
    edge = snaps.edge[row]
    return [
        (int(network.edge_tail[edge]), float(snaps.to_tail_m[row])),
        (int(network.edge_head[edge]), float(snaps.to_head_m[row])),
    ]


def _to_node(network: WalkingNetwork, snaps: Snaps, row: int, node: int) -> Floats:
    """Return the line from the snapped point along its edge to one of the edge's ends."""
    edge = snaps.edge[row]
    line = network.edge_line[edge]
    begin = float(snaps.to_tail_m[row])
    ends = [
        (rest, there)
        for (at, rest), there in zip(_ends(network, snaps, row), (0.0, line.length), strict=True)
        if at == node
    ]
    return np.asarray(shapely.get_coordinates(substring(line, begin, min(ends)[1])))


def _step(network: WalkingNetwork, left: Floats, at: int, passed: set[int]) -> tuple[int, Floats]:
    """Return the next node on the shortest way, and the line to it; a gate has no length."""
    edges = np.flatnonzero((network.edge_tail == at) | (network.edge_head == at))
    there = np.where(
        network.edge_tail[edges] == at, network.edge_head[edges], network.edge_tail[edges]
    )
    through = np.r_[
        network.gate_in[network.gate_out == at], network.gate_out[network.gate_in == at]
    ]
    nodes = np.r_[there, through]
    metres = left[nodes] + np.r_[network.edge_m[edges], np.zeros(len(through))]
    metres[np.isin(nodes, list(passed))] = np.inf
    best = int(np.argmin(metres))
    if best >= len(edges):
        return int(nodes[best]), np.empty((0, 2))
    edge = edges[best]
    xy = network.line_xy[network.line_start[edge] : network.line_start[edge + 1]]
    return int(nodes[best]), xy if network.edge_tail[edge] == at else xy[::-1]
