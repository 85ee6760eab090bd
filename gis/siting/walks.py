"""Which buildings walk to which candidate within a cutoff: one bounded search for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from scipy import sparse

from gis.network.build import WalkingNetwork
from gis.network.search import Floats, Found, Ints, Ints32, SearchGraph, within
from gis.network.snapping import Snaps

_BATCH = 512  # searches at once; what they find is held in memory


def walks_to(
    network: WalkingNetwork,
    graph: SearchGraph,
    candidates: Snaps,
    homes: Snaps,
    limit_m: float,
) -> sparse.csr_array[Any, Any]:
    """
    Walk from every building to every candidate that lies within a limit.

    A walk is what `gis.circles.reach` counts: leg, stretch of the edge, way over the graph,
    stretch of the candidate's edge, leg; between two places of one edge also the stretch between
    them.

    Parameters
    ----------
    network, graph
        The network and its search graph under a gate policy, direction ``facilities``.
    candidates, homes
        Snaps of the candidates and the buildings. Those off the network walk nowhere.
    limit_m
        Cutoff times speed, the limit included.

    Returns
    -------
    walks
        Candidates x buildings, float64 metres; stored entries are walks within the limit, some
        of which may be 0 m. Columns are sorted.

    Notes
    -----
    One bounded search for each candidate; memory is that of the entries.
    """
    index = _index(network, graph, homes)
    size = [np.zeros(1, np.int64)]
    columns, values = [np.zeros(0, np.int32)], [np.zeros(0)]
    farthest = float(np.nextafter(np.float32(limit_m), np.float32(np.inf)))
    for rows in _batches(len(candidates.edge)):
        found = _search(network, graph, candidates, rows, farthest)
        start, home, metres = _arrived(found, candidates, rows, homes, index, limit_m)
        size.append(np.diff(start))
        columns.append(home)
        values.append(metres)
    indptr = np.cumsum(np.concatenate(size))
    shape = (len(candidates.edge), len(homes.edge))
    walks = sparse.csr_array((np.concatenate(values), np.concatenate(columns), indptr), shape)
    walks.sort_indices()
    return walks


def _batches(count: int) -> Iterator[Ints]:
    for first in range(0, count, _BATCH):
        yield np.arange(first, min(first + _BATCH, count))


def _rows(key: Ints, count: int) -> tuple[Ints, Ints]:
    """Compressed rows of positions by key."""
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(key, minlength=count), out=indptr[1:])
    return indptr, np.argsort(key, kind="stable").astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Index:
    """Homes at each node, with the metres to it, and homes on each edge: compressed rows."""

    node_start: Ints
    node_home: Ints32
    node_metres: Floats
    edge_start: Ints
    edge_home: Ints32


def _index(network: WalkingNetwork, graph: SearchGraph, homes: Snaps) -> _Index:
    there = np.flatnonzero(homes.edge >= 0)
    edge, leg = homes.edge[there], homes.leg_m[there]
    ends = np.concatenate([network.edge_tail[edge], network.edge_head[edge]])
    away = np.concatenate([leg + homes.to_tail_m[there], leg + homes.to_head_m[there]])
    node_start, by_node = _rows(graph.people[ends].astype(np.int64), graph.nodes)
    edge_start, by_edge = _rows(edge.astype(np.int64), len(network.edge_tail))
    home = there.astype(np.int32)
    return _Index(node_start, np.tile(home, 2)[by_node], away[by_node], edge_start, home[by_edge])


def _search(
    network: WalkingNetwork, graph: SearchGraph, snaps: Snaps, rows: Ints, limit_m: float
) -> Found:
    """Start each search at both ends of the edge, as a visited place and as a home."""
    on = snaps.edge[rows] >= 0
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(4 * on, out=start[1:])
    there = rows[on]
    edge, leg = snaps.edge[there], snaps.leg_m[there, None]
    ends = np.column_stack([network.edge_tail[edge], network.edge_head[edge]])
    away = leg + np.column_stack([snaps.to_tail_m[there], snaps.to_head_m[there]])
    node = np.concatenate([graph.visited[ends], graph.people[ends]], axis=1)
    return within(graph, start, node.ravel(), np.tile(away, 2).ravel(), limit_m)


def _arrived(
    found: Found, candidates: Snaps, rows: Ints, homes: Snaps, index: _Index, limit_m: float
) -> tuple[Ints, Ints32, Floats]:
    return _homes(
        found.start,
        found.node,
        found.metres,
        candidates.edge[rows],
        candidates.to_tail_m[rows],
        candidates.leg_m[rows],
        index.node_start,
        index.node_home,
        index.node_metres,
        index.edge_start,
        index.edge_home,
        homes.to_tail_m,
        homes.leg_m,
        float(np.float32(limit_m)),
    )


@numba.njit(cache=True, nogil=True)
def _homes(  # pragma: no cover
    start: Ints,
    node: Ints32,
    away: Floats,
    edge: Ints32,
    at: Floats,
    leg: Floats,
    node_start: Ints,
    node_home: Ints32,
    node_metres: Floats,
    edge_start: Ints,
    edge_home: Ints32,
    home_at: Floats,
    home_leg: Floats,
    limit: float,
) -> tuple[Ints, Ints32, Floats]:
    best = np.full(len(home_at), np.inf)
    indptr = np.zeros(len(edge) + 1, np.int64)
    room, filled = 1024, 0
    home, metres = np.empty(room, np.int32), np.empty(room)
    for c in range(len(edge)):
        begun = filled
        for k in range(start[c], start[c + 1] + 1):
            if k < start[c + 1]:
                first, last = node_start[node[k]], node_start[node[k] + 1]
            elif edge[c] >= 0:
                first, last = edge_start[edge[c]], edge_start[edge[c] + 1]
            else:
                first, last = 0, 0
            if filled + last - first > room:
                room = 2 * room + last - first
                wider, wider_m = np.empty(room, np.int32), np.empty(room)
                wider[:filled], wider_m[:begun] = home[:filled], metres[:begun]
                home, metres = wider, wider_m
            for j in range(first, last):
                if k < start[c + 1]:
                    h, far = node_home[j], away[k] + node_metres[j]
                else:
                    h = edge_home[j]
                    far = abs(at[c] - home_at[h]) + leg[c] + home_leg[h]
                if np.float32(far) <= limit and far < best[h]:
                    if best[h] == np.inf:
                        home[filled] = h
                        filled += 1
                    best[h] = far
        for k in range(begun, filled):
            metres[k] = best[home[k]]
            best[home[k]] = np.inf
        indptr[c + 1] = filled
    return indptr, home[:filled].copy(), metres[:filled].copy()
