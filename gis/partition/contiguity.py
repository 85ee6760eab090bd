"""
Compiled test of contiguity: does a part keep together when one of its units leaves?

One search runs outwards from every neighbour of the unit that stays in the part, all in turn.
Searches that meet become one. A search that runs dry while others go on has found a piece that
would break off; so the cost is that of the smaller piece, not of the part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit


class Search(NamedTuple):
    """Scratch of the test: marks of units, their queue, and the searches joined so far."""

    mark: npt.NDArray[np.int64]
    queue: npt.NDArray[np.int64]
    joined: npt.NDArray[np.int64]
    waiting: npt.NDArray[np.int64]
    stamp: npt.NDArray[np.int64]


@njit(cache=True)
def search_of(start):  # type: ignore[no-untyped-def]
    """Scratch for a graph in compressed rows."""
    n = len(start) - 1
    most = 1
    for v in range(n):
        most = max(most, start[v + 1] - start[v])
    return Search(
        np.zeros(n, np.int64),
        np.empty(n + 1, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.ones(1, np.int64),
    )


@njit(cache=True)
def root(joined, s):  # type: ignore[no-untyped-def]
    """First of the set that s is joined with; shortens the way for the next time."""
    while joined[s] != s:
        joined[s] = joined[joined[s]]
        s = joined[s]
    return s


@njit(cache=True)
def stays_whole(start, near, part, v, search):  # type: ignore[no-untyped-def]
    """Whether the part of v keeps together, and is not empty, without v."""
    mark, queue, joined, waiting, stamp = search
    a = part[v]
    base = stamp[0]
    wanted = 0
    for e in range(start[v], start[v + 1]):
        u = near[e]
        if part[u] == a:
            mark[u] = base + wanted
            queue[wanted] = u
            joined[wanted], waiting[wanted] = wanted, 1
            wanted += 1
    stamp[0] = base + wanted
    if wanted <= 1:
        return wanted == 1
    head, tail, apart = 0, wanted, wanted
    while head < tail:
        u = queue[head]
        head += 1
        g = root(joined, mark[u] - base)
        waiting[g] -= 1
        for e in range(start[u], start[u + 1]):
            w = near[e]
            if part[w] != a or w == v:
                continue
            if mark[w] < base:
                mark[w] = base + g
                queue[tail] = w
                tail += 1
                waiting[g] += 1
                continue
            h = root(joined, mark[w] - base)
            if h != g:
                joined[h] = g
                waiting[g] += waiting[h]
                apart -= 1
                if apart == 1:
                    return True
        if waiting[g] == 0:
            return False
    return False
