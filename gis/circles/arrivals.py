"""Compiled: walks from buildings to the nearest of the facilities of one kind."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from gis.network.build import WalkingNetwork
from gis.network.search import SearchGraph, nearest
from gis.network.snapping import Snaps

Floats = npt.NDArray[np.float64]
Metres = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Starts:
    """
    Facilities as starts of a search, four for each at most.

    ``node``, ``metres``, ``label`` as `gis.network.search.nearest` takes them.
    """

    node: Ints32
    metres: Floats
    label: Ints32


def starts_of(network: WalkingNetwork, graph: SearchGraph, snaps: Snaps, rows: Ints) -> Starts:
    """
    Put facilities on the graph: at both ends of their edges, as visited places and as homes.

    Parameters
    ----------
    snaps
        Of all facilities.
    rows
        Those to start from; ones that are not on the network are left out.
    """
    rows = rows[snaps.edge[rows] >= 0]
    edge = snaps.edge[rows]
    ends = np.concatenate([network.edge_tail[edge], network.edge_head[edge]])
    leg = snaps.leg_m[rows]
    metres = np.concatenate([leg + snaps.to_tail_m[rows], leg + snaps.to_head_m[rows]])
    label = np.tile(rows, 2).astype(np.int32)
    home, visited = graph.people[ends], graph.visited[ends]
    other = np.flatnonzero(home != visited)
    return Starts(
        np.concatenate([visited, home[other]]).astype(np.int32),
        np.concatenate([metres, metres[other]]),
        np.concatenate([label, label[other]]),
    )


def nearest_of_kind(
    network: WalkingNetwork, graph: SearchGraph, homes: Snaps, facilities: Snaps, rows: Ints
) -> tuple[Floats, Ints32]:
    """
    Walk from each home to the nearest of some facilities.

    The walk is the leg, a stretch of the home's edge, the shortest way over the graph, a stretch
    of the facility's edge and its leg; between two places on one edge also the stretch between
    them. Exact on the full lines.

    Returns
    -------
    metres
        By home; inf where there is no walk.
    facility
        Its row; -1 where there is none.

    Notes
    -----
    One search over the whole graph, then O(homes).
    """
    starts = starts_of(network, graph, facilities, rows)
    away, label = nearest(graph, starts.node, starts.metres, starts.label)
    there = rows[facilities.edge[rows] >= 0]
    return _arrivals(
        away,
        label,
        graph.people,
        network.edge_tail,
        network.edge_head,
        homes.edge,
        homes.to_tail_m,
        homes.to_head_m,
        homes.leg_m,
        facilities.edge[there],
        facilities.to_tail_m[there],
        facilities.leg_m[there],
        there,
    )


@numba.njit(cache=True, nogil=True)
def _arrivals(  # pragma: no cover
    away: Floats,
    label: Ints32,
    people: Ints32,
    tail: Ints32,
    head: Ints32,
    edge: Ints32,
    to_tail: Floats,
    to_head: Floats,
    leg: Floats,
    there_edge: Ints32,
    there_at: Floats,
    there_leg: Floats,
    there_row: Ints,
) -> tuple[Floats, Ints32]:
    metres, facility = np.full(len(edge), np.inf), np.full(len(edge), -1, np.int32)
    first, after = np.full(len(tail), -1, np.int32), np.empty(len(there_edge), np.int32)
    for f in range(len(there_edge)):
        after[f], first[there_edge[f]] = first[there_edge[f]], f
    for b in range(len(edge)):
        e = edge[b]
        if e < 0:
            continue
        t, h = people[tail[e]], people[head[e]]
        best, named = away[t] + to_tail[b], label[t]
        if away[h] + to_head[b] < best:
            best, named = away[h] + to_head[b], label[h]
        f = first[e]
        while f >= 0:
            along = abs(there_at[f] - to_tail[b]) + there_leg[f]
            if along < best:
                best, named = along, there_row[f]
            f = after[f]
        if best < np.inf:
            metres[b], facility[b] = best + leg[b], named
    return metres, facility
