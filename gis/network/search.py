"""Shortest walks: bounded ones from many starts, and the nearest of many starts."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Ints32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


_SHARE = 100
"""So many searches are worth a thread."""


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

    Search ``s`` reached each of ``node[start[s]:start[s + 1]]`` after ``metres``, in no order.
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

    Notes
    -----
    Hundreds of searches share the cores of the machine; the result is the same.
    """
    begin = np.asarray(start, dtype=np.int64)
    nodes, walked = np.asarray(node, dtype=np.int32), np.asarray(metres, dtype=np.float64)
    shares = min(len(os.sched_getaffinity(0)), (len(begin) - 1) // _SHARE)
    if shares < 2:
        return _searched(graph, begin, nodes, walked, limit_m)
    cuts = np.linspace(0, len(begin) - 1, shares + 1).astype(np.int64)
    parts = [begin[cuts[k] : cuts[k + 1] + 1] for k in range(shares)]
    with ThreadPoolExecutor(shares) as threads:
        found = list(
            threads.map(lambda part: _searched(graph, part, nodes, walked, limit_m), parts)
        )
    ends, filled = [np.zeros(1, dtype=np.int64)], 0
    for part in found:
        ends.append(part.start[1:] + filled)
        filled += len(part.node)
    return Found(
        np.concatenate(ends),
        np.concatenate([part.node for part in found]),
        np.concatenate([part.metres for part in found]),
    )


def _searched(
    graph: SearchGraph, start: Ints, node: Ints32, metres: Floats, limit_m: float
) -> Found:
    return Found(*_within(graph.indptr, graph.target, graph.metres, start, node, metres, limit_m))


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


# The queue is a ring of buckets, each a doubly linked list of nodes: a node that comes nearer
# moves to another bucket. Within a bucket nodes leave in any order; one that came too early
# comes again. On streets this takes a third of the time of a heap.
_BUCKET_M = 20.0
_BUCKETS = 4096
_LAST = _BUCKETS - 1


@numba.njit(cache=True, inline="always")
def _per_m(length: Floats, metres: Floats, limit: float) -> float:  # pragma: no cover
    """Buckets in a metre, so that their ring reaches further than any arc or start."""
    longest = 0.0
    for way in (length, metres):
        for m in way:
            if longest < m <= limit:
                longest = m
    return 1 / max(_BUCKET_M, longest / (_BUCKETS - 3))


@numba.njit(cache=True, inline="always")
def _put(  # pragma: no cover
    node: int, bucket: int, head: Ints32, slot: Ints32, after: Ints32, before: Ints32
) -> int:
    """Put a node into a bucket, out of the one it is in; 1 when it was in none."""
    fresh = 1
    if slot[node] >= 0:
        fresh = 0
        if before[node] >= 0:
            after[before[node]] = after[node]
        else:
            head[slot[node]] = after[node]
        if after[node] >= 0:
            before[after[node]] = before[node]
    first = head[bucket]
    after[node], before[node] = first, -1
    if first >= 0:
        before[first] = node
    head[bucket], slot[node] = node, bucket
    return fresh


@numba.njit(cache=True, nogil=True)
def _nearest(  # pragma: no cover
    indptr: Ints, target: Ints32, length: Floats, node: Ints32, metres: Floats, label: Ints32
) -> tuple[Floats, Ints32]:
    nodes = len(indptr) - 1
    best, named = np.full(nodes, np.inf), np.full(nodes, -1, np.int32)
    head, slot = np.full(_BUCKETS, -1, np.int32), np.full(nodes, -1, np.int32)
    after, before = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    per_m, live, now = _per_m(length, metres, np.inf), 0, 0
    for k in range(len(node)):
        if metres[k] < best[node[k]]:
            best[node[k]], named[node[k]] = metres[k], label[k]
            live += _put(node[k], int(metres[k] * per_m) & _LAST, head, slot, after, before)
    while live > 0:
        at = head[now]
        if at < 0:
            now = (now + 1) & _LAST
            continue
        head[now], slot[at] = after[at], -1
        if after[at] >= 0:
            before[after[at]] = -1
        live -= 1
        for arc in range(indptr[at], indptr[at + 1]):
            to, through = target[arc], best[at] + length[arc]
            if through < best[to]:
                best[to], named[to] = through, named[at]
                live += _put(to, int(through * per_m) & _LAST, head, slot, after, before)
    return best, named


@numba.njit(cache=True, inline="always")
def _begin(  # pragma: no cover
    node: Ints32,
    metres: Floats,
    limit: float,
    per_m: float,
    best: Floats,
    seen: Ints32,
    head: Ints32,
    slot: Ints32,
    after: Ints32,
    before: Ints32,
) -> tuple[int, int]:
    """Put the starts into the queue: how many nodes are seen, and how many wait."""
    count, live = 0, 0
    for k in range(len(node)):
        at = node[k]
        if metres[k] <= limit and metres[k] < best[at]:
            if best[at] == np.inf:
                seen[count] = at
                count += 1
            best[at] = metres[k]
            live += _put(at, int(metres[k] * per_m) & _LAST, head, slot, after, before)
    return count, live


@numba.njit(cache=True, nogil=True)
def _spread(  # pragma: no cover
    indptr: Ints,
    target: Ints32,
    length: Floats,
    node: Ints32,
    metres: Floats,
    limit: float,
    per_m: float,
    wanted: Ints32,
    best: Floats,
    seen: Ints32,
    head: Ints32,
    slot: Ints32,
    after: Ints32,
    before: Ints32,
) -> int:
    """
    Walk up to a limit, or until all wanted nodes are reached if any are; nodes seen.

    ``best`` is inf and ``head`` and ``slot`` -1 before; the latter two also after.
    """
    count, live = _begin(node, metres, limit, per_m, best, seen, head, slot, after, before)
    now, beyond = 0, 0.0
    while live > 0:
        at = head[now]
        if at < 0:
            now = (now + 1) & _LAST
            beyond += 1 / per_m
            if len(wanted) and best[wanted].max() <= beyond:
                break
            continue
        head[now], slot[at] = after[at], -1
        if after[at] >= 0:
            before[after[at]] = -1
        live -= 1
        for arc in range(indptr[at], indptr[at + 1]):
            to, through = target[arc], best[at] + length[arc]
            if through <= limit and through < best[to]:
                if best[to] == np.inf:
                    seen[count] = to
                    count += 1
                best[to] = through
                live += _put(to, int(through * per_m) & _LAST, head, slot, after, before)
    if live > 0:
        for k in range(count):
            if slot[seen[k]] >= 0:
                head[slot[seen[k]]], slot[seen[k]] = -1, -1
    return count


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
    best, seen = np.full(nodes, np.inf), np.empty(nodes, np.int32)
    head, slot = np.full(_BUCKETS, -1, np.int32), np.full(nodes, -1, np.int32)
    after, before = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    per_m, nothing = _per_m(length, metres, limit), np.empty(0, np.int32)
    found_start = np.zeros(len(start), np.int64)
    found, found_m, filled = np.empty(nodes, np.int32), np.empty(nodes), 0
    for s in range(len(start) - 1):
        one = slice(start[s], start[s + 1])
        count = _spread(
            indptr, target, length, node[one], metres[one], limit, per_m, nothing,
            best, seen, head, slot, after, before,
        )  # fmt: skip
        if filled + count > len(found):
            grown = 2 * (filled + count)
            wider, wider_m = np.empty(grown, np.int32), np.empty(grown)
            wider[:filled], wider_m[:filled] = found[:filled], found_m[:filled]
            found, found_m = wider, wider_m
        for k in range(count):
            found[filled + k], found_m[filled + k] = seen[k], best[seen[k]]
            best[seen[k]] = np.inf
        filled += count
        found_start[s + 1] = filled
    return found_start, found[:filled].copy(), found_m[:filled].copy()


@numba.njit(cache=True, nogil=True)
def _between(  # pragma: no cover
    indptr: Ints, target: Ints32, length: Floats, node: Ints32, end: Ints
) -> tuple[Ints, Ints, Floats]:
    nodes = len(indptr) - 1
    best, seen = np.full(nodes, np.inf), np.empty(nodes, np.int32)
    head, slot = np.full(_BUCKETS, -1, np.int32), np.full(nodes, -1, np.int32)
    after, before = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    none = np.zeros(1)
    per_m = _per_m(length, none, np.inf)
    pairs = (end - np.arange(len(node)) - 1).sum()
    one, other = np.empty(pairs, np.int64), np.empty(pairs, np.int64)
    metres, filled = np.empty(pairs), 0
    for k in range(len(node)):
        if k + 1 == end[k]:
            continue
        count = _spread(
            indptr, target, length, node[k : k + 1], none, np.inf, per_m, node[k + 1 : end[k]],
            best, seen, head, slot, after, before,
        )  # fmt: skip
        for j in range(k + 1, end[k]):
            if best[node[j]] < np.inf:
                one[filled], other[filled], metres[filled] = k, j, best[node[j]]
                filled += 1
        best[seen[:count]] = np.inf
    return one[:filled], other[:filled], metres[:filled]
