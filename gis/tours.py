"""Short closed tours through points of the plane."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

_EVALUATIONS = 100_000_000


def closed_tour(points: npt.ArrayLike) -> float:
    """
    Length of a short tour that passes every point once and returns.

    The shortest spanning tree, walked around in preorder, is improved by 2-opt until no
    exchange of two legs helps (or, above some 3,000 points, the effort is spent). The length
    lies between once and twice that of the tree.

    Parameters
    ----------
    points
        One row of x and y for each point, in metres.

    Examples
    --------
    >>> closed_tour([[0, 0], [0, 3], [4, 3], [4, 0]])
    14.0
    >>> closed_tour([[5, 5]])
    0.0
    """
    xy = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 2)
    if len(xy) < 2:
        return 0.0
    # In one order whatever the order of the points, so that the answer is the same.
    xy = xy[np.lexsort((xy[:, 1], xy[:, 0]))]
    tour = _preorder(xy)
    _exchange(xy, tour, max(2, _EVALUATIONS // len(xy) ** 2))
    return float(_length(xy, tour))


@numba.njit(cache=True)
def _between(xy: npt.NDArray[np.float64], a: int, b: int) -> float:  # pragma: no cover
    return math.hypot(xy[a, 0] - xy[b, 0], xy[a, 1] - xy[b, 1])


@numba.njit(cache=True)
def _preorder(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:  # pragma: no cover
    """Prim's tree from the first point, walked in preorder; the nearest child first."""
    n = len(xy)
    parent = np.zeros(n, np.int64)
    away = np.full(n, np.inf)
    inside = np.zeros(n, np.bool_)
    first, following = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    at = 0
    for _ in range(n - 1):
        inside[at] = True
        near, least = -1, np.inf
        for k in range(n):
            if inside[k]:
                continue
            d = _between(xy, at, k)
            if d < away[k]:
                away[k], parent[k] = d, at
            if away[k] < least:
                near, least = k, away[k]
        at = near
        following[at], first[parent[at]] = first[parent[at]], at
    tour, stack = np.empty(n, np.int64), np.empty(n, np.int64)
    depth, done = 1, 0
    stack[0] = 0
    while depth:
        depth -= 1
        here = stack[depth]
        tour[done] = here
        done += 1
        child = first[here]
        while child >= 0:
            stack[depth] = child
            depth += 1
            child = following[child]
    return tour


@numba.njit(cache=True)
def _exchange(
    xy: npt.NDArray[np.float64], tour: npt.NDArray[np.int64], rounds: int
) -> None:  # pragma: no cover
    """Turn stretches of the tour around wherever that shortens it."""
    n = len(tour)
    for _ in range(rounds):
        better = False
        for i in range(n - 1):
            for j in range(i + 2, n):
                a, b = tour[i], tour[i + 1]
                c, d = tour[j], tour[(j + 1) % n]
                if a == d:
                    continue
                old = _between(xy, a, b) + _between(xy, c, d)
                if _between(xy, a, c) + _between(xy, b, d) < old - 1e-9:
                    low, high = i + 1, j
                    while low < high:
                        tour[low], tour[high] = tour[high], tour[low]
                        low += 1
                        high -= 1
                    better = True
        if not better:
            return


@numba.njit(cache=True)
def _length(xy: npt.NDArray[np.float64], tour: npt.NDArray[np.int64]) -> float:  # pragma: no cover
    total = 0.0
    for k in range(len(tour)):
        total += _between(xy, tour[k], tour[(k + 1) % len(tour)])
    return total
