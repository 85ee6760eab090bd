"""
Compiled search for good centres: prices on the parts, and walks of the centres.

With the centres fixed, dividing at least inertia is a transport problem. Its dual puts a price on
the load of each part: a unit goes where distance plus price is least. Its value is a lower bound
for every division with these centres, contiguous or not, and takes microseconds.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def spread_about(net, component, centre, column):  # type: ignore[no-untyped-def]
    """Fill the cost of one unit of weight about a centre; inf in another component."""
    for v in range(len(column)):
        column[v] = np.inf
        if component[v] == component[centre]:
            dx, dy = net.x[v] - net.x[centre], net.y[v] - net.y[centre]
            column[v] = np.rint(np.sqrt(dx * dx + dy * dy)) ** 2 / 1e6


@njit(cache=True)
def spreads(net, component, centre):  # type: ignore[no-untyped-def]
    """Cost of one unit of weight of each unit about each centre."""
    spread = np.empty((len(centre), len(net.load)))
    for g in range(len(centre)):
        spread_about(net, component, centre[g], spread[g])
    return spread


@njit(cache=True)
def _shared_out(net, spread, price, load):  # type: ignore[no-untyped-def]
    """Send each unit where spread plus price is least; returns what that costs."""
    load[:] = 0.0
    total = 0.0
    for v in range(len(net.load)):
        least, g = np.inf, 0
        for h in range(len(price)):
            cost = spread[h, v] + price[h]
            if cost < least:
                least, g = cost, h
        load[g] += net.load[v]
        total += net.load[v] * least
    return total


@njit(cache=True, nogil=True)
def priced(net, spread, low, high, price, steps):  # type: ignore[no-untyped-def]
    """
    Raise the dual value by moving the prices; returns it, a lower bound of the inertia.

    A part that is too heavy becomes dearer, one too light cheaper; a price that keeps its way
    moves faster, one that turns moves slower. `price` ends as the best met.
    """
    k = len(price)
    load, step, way = np.zeros(k), np.zeros(k), np.zeros(k)
    best, kept = -np.inf, price.copy()
    for turn in range(steps):
        value = _shared_out(net, spread, price, load)
        for g in range(k):
            value -= max(high * price[g], low * price[g])
        if turn == 0:
            step[:] = 0.2 * abs(value) / max(1, net.load.sum()) + 1e-12
        if value > best:
            best = value
            kept[:] = price
        for g in range(k):
            now = 0.0
            if load[g] > high or (price[g] < 0.0 and load[g] > low):
                now = 1.0
            elif load[g] < low or (price[g] > 0.0 and load[g] < high):
                now = -1.0
            if now == 0.0:
                continue
            if now * way[g] != 0.0:
                step[g] *= 1.3 if now == way[g] else 0.5
            way[g] = now
            old = price[g]
            price[g] += now * step[g]
            if old * price[g] < 0.0:
                price[g] = 0.0
    price[:] = kept
    return best


@njit(cache=True, nogil=True)
def step_centre(net, component, centre, g, price, low, high, value, steps):  # type: ignore[no-untyped-def]
    """
    Let centre g step to the neighbour that lowers the dual value most, if one does.

    Changes `centre` and `price`. Returns the value.
    """
    spread = spreads(net, component, centre)
    column, trial = np.empty(len(net.load)), np.empty(len(price))
    home = centre[g]
    for e in range(net.start[home], net.start[home + 1]):
        column[:] = spread[g]
        spread_about(net, component, net.near[e], spread[g])
        trial[:] = price
        other = priced(net, spread, low, high, trial, steps)
        if other < value - 1e-9 * abs(value):
            value = other
            price[:] = trial
            centre[g] = net.near[e]
        else:
            spread[g] = column
    return value


@njit(cache=True)
def middles(net, part, k):  # type: ignore[no-untyped-def]
    """Unit of each part nearest to its middle, the mean place by weight; -1 for an empty one."""
    mass, mx, my = np.zeros(k), np.zeros(k), np.zeros(k)
    for v in range(len(part)):
        weight = net.load[v] + 1e-9
        mass[part[v]] += weight
        mx[part[v]] += weight * net.x[v]
        my[part[v]] += weight * net.y[v]
    centre, least = np.full(k, -1, np.int64), np.full(k, np.inf)
    for v in range(len(part)):
        g = part[v]
        off = (net.x[v] - mx[g] / mass[g]) ** 2 + (net.y[v] - my[g] / mass[g]) ** 2
        if off < least[g]:
            least[g] = off
            centre[g] = v
    return centre
