"""Exact answers for very small graphs, by dynamic programming over sets of units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.annealer import moment

_WORK = 150_000_000


def is_small(n: int, k: int | None) -> bool:
    """Whether all divisions of n units (into k parts, if given) are compared in about a second."""
    return n <= 16 and (n if k is None else k) * 3**n <= _WORK


@njit(cache=True)
def _is_connected(beside, group):  # type: ignore[no-untyped-def]
    reached, wider = 0, group & -group
    while reached != wider:
        reached = wider
        for v in range(len(beside)):
            if reached >> v & 1:
                wider |= beside[v] & group
    return reached == group


@njit(cache=True)
def _leaving(net, group):  # type: ignore[no-untyped-def]
    """Edges from a set of units to the others."""
    out = 0
    for e in range(len(net.near)):
        out += (group >> net.source[e] & 1) & ~(group >> net.near[e]) & 1
    return out


@njit(cache=True)
def _inertia(net, group):  # type: ignore[no-untyped-def]
    least = np.inf
    for c in range(len(net.load)):
        if group >> c & 1:
            about = 0.0
            for v in range(len(net.load)):
                if group >> v & 1:
                    about += moment(net, v, c)
            least = min(least, about)
    return least


@njit(cache=True)
def _part_costs(net, low, high, inertia):  # type: ignore[no-untyped-def]
    """Cost of each set of units as one part (inf: not connected, or not within the limits)."""
    n = len(net.load)
    beside = np.zeros(n, np.int64)
    for e in range(len(net.near)):
        beside[net.source[e]] |= 1 << net.near[e]
    cost = np.full(1 << n, np.inf)
    for group in range(1, 1 << n):
        load = 0
        for v in range(n):
            load += net.load[v] * (group >> v & 1)
        if low <= load <= high and _is_connected(beside, group):
            cost[group] = _inertia(net, group) if inertia else _leaving(net, group) / 2.0
    return cost


@njit(cache=True)
def _cheapest(cost, n, k):  # type: ignore[no-untyped-def]
    """Least total of a division of all units into at most k parts, and the parts chosen."""
    size = 1 << n
    best = np.full((k + 1, size), np.inf)
    pick = np.zeros((k + 1, size), np.int64)
    best[0, 0] = 0.0
    for j in range(1, k + 1):
        for group in range(1, size):
            # The part that holds the lowest unit: each division is then seen once.
            lowest = group & -group
            rest = group ^ lowest
            sub = rest
            while True:
                part = sub | lowest
                value = cost[part] + best[j - 1, group ^ part]
                if value < best[j, group]:
                    best[j, group] = value
                    pick[j, group] = part
                if sub == 0:
                    break
                sub = (sub - 1) & rest
    return best, pick


def exact_division(
    net: object, low: int, high: int, k: int | None, *, inertia: bool
) -> npt.NDArray[np.int64] | None:
    """
    Best division of few units (`is_small`); None when there is none.

    With `k`, exactly k parts and least cut edges (or inertia); without, the fewest parts and
    among those the least cut edges (or inertia). O(k 3^n).
    """
    n = len(net.load)  # type: ignore[attr-defined]
    cost = _part_costs(net, low, high, inertia)
    best, pick = _cheapest(cost, n, n if k is None else k)
    found = np.flatnonzero(np.isfinite(best[:, -1]))
    if not len(found) or (k is not None and k not in found):
        return None
    labels = np.full(n, -1, np.int64)
    group = (1 << n) - 1
    for j in range(int(found[0]) if k is None else k, 0, -1):
        part = int(pick[j, group])
        labels[[v for v in range(n) if part >> v & 1]] = j - 1
        group ^= part
    return labels
