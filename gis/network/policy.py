"""Who passes which gate: the graph that is searched under a gate policy."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gis.network.build import WalkingNetwork
from gis.network.gates import GATE_POLICIES, GatePolicy
from gis.network.search import Floats, Ints32, SearchGraph, between, graph_of

__all__ = ["GATE_POLICIES", "Direction", "GatePolicy", "search_graph"]

Direction = Literal["facilities", "people"]


def search_graph(
    network: WalkingNetwork, policy: GatePolicy, direction: Direction = "facilities"
) -> SearchGraph:
    """
    Make the graph in which walks are searched.

    ``open``: anyone walks through any gate. ``shut``: nobody passes a gate. ``residents``: who
    lives in a closed courtyard uses all its gates, also to walk through it; visitors enter the
    courtyard where the visited place is by a gate and walk inside straight to it; nobody walks
    through a foreign courtyard. So the walk of a resident of A to a place in B is the shortest
    one in streets outside and in A, up to a gate of B, and then in B only; to a place in A,
    the shortest one outside and in A.

    Parameters
    ----------
    direction
        ``facilities``: searches start at visited places, at ``people`` and ``visited`` nodes
        both, and find people at ``people`` nodes. ``people``: they start at the ``people``
        node where somebody lives, and find places at the nearer of their two nodes.

    Notes
    -----
    Residents by layers: a copy of each courtyard's inside from which places are left, by its
    gates, to the streets outside, and from there into the inside where people live. That
    inside has arcs between its own gates as long as the way outside, so that its residents
    also walk around, and nobody else walks through.
    """
    arcs = [_both(network.edge_tail, network.edge_head, network.edge_m)]
    nodes = network.nodes
    people = np.arange(nodes, dtype=np.int32)
    visited = people
    if policy == "open":
        arcs.append(_both(network.gate_out, network.gate_in, np.zeros(len(network.gate_out))))
    elif policy == "residents" and len(network.gate_out):
        visited = _copies(network)
        inside = network.edge_zone >= 0
        arcs.append(
            _both(
                visited[network.edge_tail[inside]],
                visited[network.edge_head[inside]],
                network.edge_m[inside],
            )
        )
        arcs.append(_both(*_around(network)))
        free = np.zeros(len(network.gate_out))
        arcs.append((visited[network.gate_in], network.gate_out, free))
        arcs.append((network.gate_out, network.gate_in, free))
        nodes += int((visited != people).sum())
    tail, head, metres = (np.concatenate(part) for part in zip(*arcs, strict=True))
    if direction == "people":
        tail, head = head, tail
    return graph_of(nodes, tail, head, metres, both_ways=False, people=people, visited=visited)


def _both(tail: Ints32, head: Ints32, metres: Floats) -> tuple[Ints32, Ints32, Floats]:
    return np.r_[tail, head], np.r_[head, tail], np.r_[metres, metres]


def _copies(network: WalkingNetwork) -> Ints32:
    """Number of the copy of each node inside a closed courtyard; others are their own."""
    visited = np.arange(network.nodes, dtype=np.int32)
    inside = np.flatnonzero(network.node_zone >= 0)
    visited[inside] = network.nodes + np.arange(len(inside), dtype=np.int32)
    return visited


def _around(network: WalkingNetwork) -> tuple[Ints32, Ints32, Floats]:
    """Ways outside between the gates of each courtyard: the inner nodes, and metres."""
    out = network.edge_zone < 0
    streets = graph_of(
        network.nodes, network.edge_tail[out], network.edge_head[out], network.edge_m[out]
    )
    order = np.argsort(network.gate_zone, kind="stable")
    one, other, metres = between(streets, network.gate_out[order], network.gate_zone[order])
    inner = network.gate_in[order]
    return inner[one], inner[other], metres
