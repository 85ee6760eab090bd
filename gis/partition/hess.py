"""
Lower bound on inertia over all choices of centres (the Lagrangian of Hess's model).

Each unit v is priced u_v for being served at all. A centre j then gains at most what a best load
of units can: the sum of w_v d(v, j)^2 - u_v over the units it takes, where a part takes no more
than U and no less than L. Whatever the prices, the sum of u and the k least gains is a bound.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from gis.partition.annealer import Net
from gis.partition.centres import spread_about
from gis.partition.graph import Floats, Ints

LARGEST = 1500  # units up to which all pairs of them are looked at
_STRIDE = 20


@njit(cache=True)
def all_costs(net, component):  # type: ignore[no-untyped-def]
    """Cost of each unit (column) about each centre (row), per unit of weight."""
    n = len(net.load)
    cost = np.empty((n, n))
    for c in range(n):
        spread_about(net, component, c, cost[c])
    return cost


@njit(cache=True, fastmath={"reassoc", "contract"})
def _gain(load, cost, price, extra):  # type: ignore[no-untyped-def]
    """Sum of what is gained by the units that gain, and their load, when each costs `extra`."""
    total, held = 0.0, 0.0
    for v in range(len(load)):
        off = cost[v] - price[v] - extra
        if off < 0.0:
            total += load[v] * off
            held += load[v]
    return total, held


@njit(cache=True)
def _best_part(load, cost, price, low, high):  # type: ignore[no-untyped-def]
    """
    Least gain of a part of low to high, units taken in part; returns (gain, its threshold).

    The dual of one row: concave in the threshold, climbed by its tangents. Whatever threshold
    is reached, the value is a bound.
    """
    value, held = _gain(load, cost, price, 0.0)
    if low <= held <= high:
        return value, 0.0
    limit = high if held > high else low
    far = np.inf if held > high else -np.inf
    for v in range(len(load)):
        if load[v] > 0.0 and np.isfinite(cost[v]):
            far = min(far, cost[v] - price[v]) if held > high else max(far, cost[v] - price[v])
    near, near_value, near_slope = 0.0, value, limit - held
    far_total, far_held = _gain(load, cost, price, far)
    far_value, far_slope = far_total + far * limit, limit - far_held
    best, at = (value, 0.0) if value > far_value else (far_value, far)
    for _ in range(10):
        if near_slope * far_slope >= 0.0:
            break
        mid = (far_value - near_value + near_slope * near - far_slope * far) / (
            near_slope - far_slope
        )
        total, held = _gain(load, cost, price, mid)
        value, slope = total + mid * limit, limit - held
        if value > best:
            best, at = value, mid
        if slope == 0.0 or mid in (near, far):
            break
        if slope * near_slope > 0.0:
            near, near_value, near_slope = mid, value, slope
        else:
            far, far_value, far_slope = mid, value, slope
    return best, at


@njit(cache=True, nogil=True)
def _climb(load, cost, price, low, high, k, goal, turns, pace, way):  # type: ignore[no-untyped-def]
    """
    Move the prices by deflected subgradients; returns (best bound, turns since it rose).

    `price` ends as the last tried, `way` as the direction. The best bound holds whatever it is.
    """
    n = len(load)
    best, idle = -np.inf, 0
    gain, threshold = np.empty(n), np.empty(n)
    for _ in range(turns):
        for j in range(n):
            gain[j], threshold[j] = _best_part(load, cost[j], price, low, high)
        chosen = np.argsort(gain)[:k]
        bound = (load * price).sum() + gain[chosen].sum()
        served = np.zeros(n)
        for j in chosen:
            for v in range(n):
                if cost[j, v] - price[v] < threshold[j] - 1e-12:
                    served[v] += 1.0
        idle = 0 if bound > best + 1e-7 * abs(bound) else idle + 1
        best = max(best, bound)
        way[:] = 0.6 * way + (1.0 - served)
        size = 0.0
        for v in range(n):
            if load[v] > 0.0:
                size += way[v] * way[v]
        if size == 0.0:
            break
        step = pace * max(goal - bound, 1e-6 * abs(goal)) / size
        for v in range(n):
            if load[v] > 0.0:
                price[v] += step * way[v] / load[v]
    return best, idle


def hess_bound(
    net: Net,
    component: Ints,
    k: int,
    limits: tuple[int, int],
    price: Floats,
    value: float,
    *,
    turns: int = 400,
    late: Callable[[], bool] = lambda: False,
) -> float:
    """
    Bound the inertia of k parts within limits from below.

    Parameters
    ----------
    price
        What a unit of weight of each unit may cost, to begin with: best its cost in a good
        division. Not modified.
    value
        Inertia of a division that is known; the nearer to the least, the better the steps.
    turns, late
        Steps to make at most; asked between some of them, ends early when it says yes.

    Returns
    -------
    bound
        At most the least inertia of any division, connected or not; at least 0. O(n ** 2) for
        each step.
    """
    cost = all_costs(net, component)
    load = net.load.astype(np.float64)
    price, way, pace, best = price.copy(), np.zeros(len(load)), 1.0, 0.0
    for _ in range(0, turns, _STRIDE):
        low, high = limits
        bound, _ = _climb(load, cost, price, low, high, k, value, _STRIDE, pace, way)
        if bound <= best * (1.0 + 1e-5):
            pace *= 0.6
        best = max(best, bound)
        if late() or pace < 1e-3:
            break
    return float(best) * (1.0 - 1e-9)
