"""Contraction: chains of segments between junctions become edges."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chains:
    """
    Edges between places that are junctions, dead ends or kept.

    ``tail`` and ``head`` are places; the edge ``e`` runs through the places
    ``through[start[e]:start[e + 1]]``, tail and head included; ``first`` is its first segment.
    """

    tail: Ints
    head: Ints
    metres: Floats
    start: Ints
    through: Ints
    first: Ints


def contracted(tail: Ints, head: Ints, metres: Floats, kept: Flags) -> Chains:
    """
    Join segments that meet where nothing branches off.

    A place stays when its degree is not 2 or when it is `kept`. Loops and parallel edges stay;
    of a closed loop without a junction one place stays, and the loop is an edge from it to
    itself.

    Parameters
    ----------
    tail, head, metres
        One entry per segment: its two places (different ones) and its length.
    kept
        One flag per place.

    Notes
    -----
    O(segments). Every segment lies in exactly one edge.
    """
    return Chains(*_contracted(tail, head, metres, kept))


@numba.njit(cache=True)
def _incidence(  # pragma: no cover
    tail: Ints, head: Ints, places: int
) -> tuple[Ints, Ints]:
    """Segments at each place: a segment at its tail and at its head."""
    start = np.zeros(places + 1, np.int64)
    for s in range(len(tail)):
        start[tail[s] + 1] += 1
        start[head[s] + 1] += 1
    for v in range(places):
        start[v + 1] += start[v]
    fill = start[:-1].copy()
    segment = np.empty(2 * len(tail), np.int64)
    for s in range(len(tail)):
        segment[fill[tail[s]]] = s
        fill[tail[s]] += 1
        segment[fill[head[s]]] = s
        fill[head[s]] += 1
    return start, segment


@numba.njit(cache=True)
def _contracted(  # pragma: no cover
    tail: Ints, head: Ints, metres: Floats, kept: Flags
) -> tuple[Ints, Ints, Floats, Ints, Ints, Ints]:
    start, segment = _incidence(tail, head, len(kept))
    count = len(tail)
    edge_tail, edge_head = np.empty(count, np.int64), np.empty(count, np.int64)
    edge_m, first = np.zeros(count), np.empty(count, np.int64)
    begin, through = np.zeros(count + 1, np.int64), np.empty(2 * count, np.int64)
    used, edges, filled = np.zeros(count, np.bool_), 0, 0
    # Two rounds: from the junctions, then from any place of what is left, which are bare loops.
    for bare in range(2):
        for v in range(len(kept)):
            stays = kept[v] or start[v + 1] - start[v] != 2
            if not stays and bare == 0:
                continue
            for k in range(start[v], start[v + 1]):
                s = segment[k]
                if used[s]:
                    continue
                edge_tail[edges], first[edges] = v, s
                through[filled] = v
                filled += 1
                at = v
                while True:
                    used[s] = True
                    edge_m[edges] += metres[s]
                    at = head[s] if tail[s] == at else tail[s]
                    through[filled] = at
                    filled += 1
                    if at == v or kept[at] or start[at + 1] - start[at] != 2:
                        break
                    a = start[at]
                    s = segment[a + 1] if segment[a] == s else segment[a]
                edge_head[edges] = at
                edges += 1
                begin[edges] = filled
    return (
        edge_tail[:edges],
        edge_head[:edges],
        edge_m[:edges],
        begin[: edges + 1],
        through[:filled],
        first[:edges],
    )
