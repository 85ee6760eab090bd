"""Shortest walks: bounded ones from many starts, and the nearest of many starts."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Ints32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SearchGraph:
    """
    Arcs in compressed rows: those from node ``v`` are ``indptr[v]:indptr[v + 1]``.

    ``people[n]`` is where people at node ``n`` of the network stand, ``visited[n]`` where a
    place that others visit stands; they differ inside closed courtyards under the policy
    ``residents`` only, and a facility is then a start at both.
    """

    indptr: Ints
    target: Ints32
    metres: Floats
    people: Ints32
    visited: Ints32

    @property
    def nodes(self) -> int:
        """Number of nodes of the graph, copies included."""
        return len(self.indptr) - 1


@dataclass(frozen=True, slots=True)
class Found:
    """
    What many bounded searches found.

    Search ``s`` reached ``node[start[s]:start[s + 1]]`` in rising order of ``metres``.
    """

    start: Ints
    node: Ints32
    metres: Floats


def graph_of(
    nodes: int,
    tail: npt.ArrayLike,
    head: npt.ArrayLike,
    metres: npt.ArrayLike,
    *,
    both_ways: bool = True,
    people: Ints32 | None = None,
    visited: Ints32 | None = None,
) -> SearchGraph:
    """
    Build the graph of arcs from `tail` to `head`, and back unless told otherwise.

    People and visited places stand at the nodes of the same number when not told.
    """
    t, h = np.asarray(tail, dtype=np.int32), np.asarray(head, dtype=np.int32)
    m = np.asarray(metres, dtype=np.float64)
    if both_ways:
        t, h, m = np.r_[t, h], np.r_[h, t], np.r_[m, m]
    order = np.argsort(t, kind="stable")
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(t, minlength=nodes), out=indptr[1:])
    own = np.arange(nodes, dtype=np.int32)
    return SearchGraph(
        indptr,
        h[order],
        m[order],
        own if people is None else people,
        own if visited is None else visited,
    )


def nearest(
    graph: SearchGraph, node: npt.ArrayLike, metres: npt.ArrayLike, label: npt.ArrayLike
) -> tuple[Floats, Ints32]:
    """
    Walk from all starts at once, without a limit.

    Parameters
    ----------
    node, metres, label
        Starts: a node of the graph, the metres already walked there, and what to call the
        start. Starts may repeat a node or a label.

    Returns
    -------
    metres
        Of the shortest walk from any start to each node; inf where there is none.
    label
        Of the start of that walk; -1 where there is none.
    """
    best, named = _nearest(
        graph.indptr,
        graph.target,
        graph.metres,
        np.asarray(node, dtype=np.int32),
        np.asarray(metres, dtype=np.float64),
        np.asarray(label, dtype=np.int32),
    )
    return best, named


def within(
    graph: SearchGraph,
    start: npt.ArrayLike,
    node: npt.ArrayLike,
    metres: npt.ArrayLike,
    limit_m: float,
) -> Found:
    """
    Walk from many starts one after the other, each no further than a limit.

    Parameters
    ----------
    start, node, metres
        Search ``s`` begins at the nodes ``node[start[s]:start[s + 1]]`` with the metres already
        walked there (the two ends of an edge, say).
    limit_m
        Nodes at most this far are found.
    """
    return Found(
        *_within(
            graph.indptr,
            graph.target,
            graph.metres,
            np.asarray(start, dtype=np.int64),
            np.asarray(node, dtype=np.int32),
            np.asarray(metres, dtype=np.float64),
            limit_m,
        )
    )


def between(
    graph: SearchGraph, node: npt.ArrayLike, group: npt.ArrayLike
) -> tuple[Ints, Ints, Floats]:
    """
    Shortest walks between the nodes of each group.

    Parameters
    ----------
    node, group
        Nodes and the group of each, rising. Walks are the same both ways in `graph`.

    Returns
    -------
    one, other, metres
        Pairs of positions in `node` (``one < other``) that a walk joins.
    """
    groups = np.asarray(group, dtype=np.int64)
    end = np.searchsorted(groups, groups, side="right").astype(np.int64)
    nodes = np.asarray(node, dtype=np.int32)
    one, other, metres = _between(graph.indptr, graph.target, graph.metres, nodes, end)
    return one, other, metres


@numba.njit(cache=True, inline="always")
def _push(  # pragma: no cover
    key: Floats, item: Ints32, size: int, metres: float, node: int
) -> int:
    """Put an item on a heap of four children; the heap's new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if key[parent] <= metres:
            break
        key[at], item[at] = key[parent], item[parent]
        at = parent
    key[at], item[at] = metres, node
    return size + 1


@numba.njit(cache=True, inline="always")
def _pop(key: Floats, item: Ints32, size: int) -> int:  # pragma: no cover
    """Take the least item off; it is read from place 0 before. The heap's new size."""
    size -= 1
    last, moved = key[size], item[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if key[other] < key[least]:
                least = other
        if key[least] >= last:
            break
        key[at], item[at] = key[least], item[least]
        at = least
    key[at], item[at] = last, moved
    return size


@numba.njit(cache=True, nogil=True)
def _nearest(  # pragma: no cover
    indptr: Ints, target: Ints32, length: Floats, node: Ints32, metres: Floats, label: Ints32
) -> tuple[Floats, Ints32]:
    nodes = len(indptr) - 1
    best, named = np.full(nodes, np.inf), np.full(nodes, -1, np.int32)
    room = len(target) + len(node) + 1
    key, item, size = np.empty(room), np.empty(room, np.int32), 0
    for k in range(len(node)):
        if metres[k] < best[node[k]]:
            best[node[k]], named[node[k]] = metres[k], label[k]
            size = _push(key, item, size, metres[k], node[k])
    while size > 0:
        away, at = key[0], item[0]
        size = _pop(key, item, size)
        if away > best[at]:
            continue
        for arc in range(indptr[at], indptr[at + 1]):
            to, through = target[arc], away + length[arc]
            if through < best[to]:
                best[to], named[to] = through, named[at]
                size = _push(key, item, size, through, to)
    return best, named


@numba.njit(cache=True, nogil=True)
def _within(  # pragma: no cover
    indptr: Ints,
    target: Ints32,
    length: Floats,
    start: Ints,
    node: Ints32,
    metres: Floats,
    limit: float,
) -> tuple[Ints, Ints32, Floats]:
    nodes = len(indptr) - 1
    best = np.full(nodes, np.inf)
    room = len(target) + len(node) + 1
    key, item = np.empty(room), np.empty(room, np.int32)
    found_start = np.zeros(len(start), np.int64)
    space = max(1024, nodes)
    found, found_m, filled = np.empty(space, np.int32), np.empty(space), 0
    for search in range(len(start) - 1):
        size, begun = 0, filled
        for k in range(start[search], start[search + 1]):
            if metres[k] <= limit and metres[k] < best[node[k]]:
                best[node[k]] = metres[k]
                size = _push(key, item, size, metres[k], node[k])
        if filled + nodes > len(found):
            grown = 2 * len(found) + nodes
            wider, wider_m = np.empty(grown, np.int32), np.empty(grown)
            wider[:filled], wider_m[:filled] = found[:filled], found_m[:filled]
            found, found_m = wider, wider_m
        while size > 0:
            away, at = key[0], item[0]
            size = _pop(key, item, size)
            if away > best[at]:
                continue
            found[filled], found_m[filled] = at, away
            filled += 1
            for arc in range(indptr[at], indptr[at + 1]):
                to, through = target[arc], away + length[arc]
                if through <= limit and through < best[to]:
                    best[to] = through
                    size = _push(key, item, size, through, to)
        for k in range(begun, filled):
            best[found[k]] = np.inf
        found_start[search + 1] = filled
    return found_start, found[:filled].copy(), found_m[:filled].copy()


@numba.njit(cache=True, nogil=True)
def _between(  # pragma: no cover
    indptr: Ints, target: Ints32, length: Floats, node: Ints32, end: Ints
) -> tuple[Ints, Ints, Floats]:
    nodes = len(indptr) - 1
    best, wanted = np.full(nodes, np.inf), np.zeros(nodes, np.int32)
    room = len(target) + 2
    key, item, seen = np.empty(room), np.empty(room, np.int32), np.empty(room, np.int32)
    pairs = (end - np.arange(len(node)) - 1).sum()
    one, other = np.empty(pairs, np.int64), np.empty(pairs, np.int64)
    metres, filled = np.empty(pairs), 0
    for k in range(len(node)):
        for j in range(k + 1, end[k]):
            wanted[node[j]] += 1
        count = _until(
            indptr, target, length, node[k], end[k] - k - 1, wanted, best, seen, key, item
        )
        for j in range(k + 1, end[k]):
            wanted[node[j]] = 0
            if best[node[j]] < np.inf:
                one[filled], other[filled], metres[filled] = k, j, best[node[j]]
                filled += 1
        best[seen[:count]] = np.inf
    return one[:filled], other[:filled], metres[:filled]


@numba.njit(cache=True, nogil=True)
def _until(  # pragma: no cover
    indptr: Ints,
    target: Ints32,
    length: Floats,
    node: int,
    left: int,
    wanted: Ints32,
    best: Floats,
    seen: Ints32,
    key: Floats,
    item: Ints32,
) -> int:
    """Walk from a node until all wanted ones are reached; how many nodes were seen."""
    best[node], seen[0], count = 0.0, node, 1
    size = _push(key, item, 0, 0.0, node)
    while size > 0 and left > 0:
        away, at = key[0], item[0]
        size = _pop(key, item, size)
        if away > best[at]:
            continue
        left -= wanted[at]
        for arc in range(indptr[at], indptr[at + 1]):
            to, through = target[arc], away + length[arc]
            if through < best[to]:
                if best[to] == np.inf:
                    seen[count] = to
                    count += 1
                best[to] = through
                size = _push(key, item, size, through, to)
    return count
