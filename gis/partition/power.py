"""
Compiled starts for the inertia objective: balanced power diagrams.

Centres are drawn as k-means++ draws them; each unit goes to the centre with the least squared
distance minus price, prices move until the loads are even, centres move to the middle of what
they got, and so on.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gis.partition.flips import draw

_PRICE_STEPS = 24
_CENTRE_STEPS = 16


@njit(cache=True)
def _seeds(net, k, state):  # type: ignore[no-untyped-def]
    """Draw k units, each with odds load x squared distance to those drawn before."""
    n = len(net.load)
    near = np.full(n, np.inf)
    cx, cy = np.empty(k), np.empty(k)
    for g in range(k):
        total = 0.0
        for v in range(n):
            total += net.load[v] * (near[v] if g > 0 else 1.0)
        goal = draw(state) * total
        pick = n - 1
        for v in range(n):
            goal -= net.load[v] * (near[v] if g > 0 else 1.0)
            if goal < 0.0:
                pick = v
                break
        cx[g], cy[g] = net.x[pick], net.y[pick]
        for v in range(n):
            d = (net.x[v] - cx[g]) ** 2 + (net.y[v] - cy[g]) ** 2
            near[v] = min(near[v], d)
    return cx, cy


@njit(cache=True)
def _assign(net, cx, cy, price, part, load):  # type: ignore[no-untyped-def]
    load[:] = 0
    for v in range(len(part)):
        least = np.inf
        for g in range(len(cx)):
            d = (net.x[v] - cx[g]) ** 2 + (net.y[v] - cy[g]) ** 2 - price[g]
            if d < least:
                least = d
                part[v] = g
        load[part[v]] += net.load[v]


@njit(cache=True, nogil=True)
def power_diagram(net, k, state):  # type: ignore[no-untyped-def]
    """
    Draw one balanced power diagram; returns (part, score).

    The score is the moment about the centres times one plus the excess of the heaviest part.
    Parts may be empty or disconnected.
    """
    n = len(net.load)
    part, load = np.zeros(n, np.int64), np.zeros(k)
    cx, cy = _seeds(net, k, state)
    mean = net.load.sum() / k
    price = np.zeros(k)
    total = 0.0
    for turn in range(_CENTRE_STEPS):
        _assign(net, cx, cy, price, part, load)
        total = 0.0
        for v in range(n):
            total += net.load[v] * ((net.x[v] - cx[part[v]]) ** 2 + (net.y[v] - cy[part[v]]) ** 2)
        reach = total / max(net.load.sum(), 1)
        for step in range(_PRICE_STEPS):
            pace = reach / (1.0 + 0.3 * step + 0.5 * turn)
            for g in range(k):
                price[g] += pace * min(1.0, max(-1.0, 1.0 - load[g] / mean))
            _assign(net, cx, cy, price, part, load)
        sx, sy = np.zeros(k), np.zeros(k)
        for v in range(n):
            sx[part[v]] += net.load[v] * net.x[v]
            sy[part[v]] += net.load[v] * net.y[v]
        for g in range(k):
            if load[g] > 0:
                cx[g], cy[g] = sx[g] / load[g], sy[g] / load[g]
    total = 0.0
    for v in range(n):
        total += net.load[v] * ((net.x[v] - cx[part[v]]) ** 2 + (net.y[v] - cy[part[v]]) ** 2)
    return part, total * (1.0 + load.max() / mean - 1.0)


@njit(cache=True)
def make_whole(net, part, k):  # type: ignore[no-untyped-def]
    """
    Give what hangs off the heaviest connected piece of each part to a neighbouring part.

    Changes `part` in place. Returns whether every part is then connected and not empty; needs
    a connected graph.
    """
    n = len(part)
    piece, weight = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    queue = np.empty(n, np.int64)
    heaviest = np.full(k, -1, np.int64)
    count = 0
    for s in range(n):
        if piece[s] >= 0:
            continue
        piece[s] = count
        queue[0] = s
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            weight[count] += net.load[u]
            for e in range(net.start[u], net.start[u + 1]):
                w = net.near[e]
                if piece[w] < 0 and part[w] == part[s]:
                    piece[w] = count
                    queue[tail] = w
                    tail += 1
        g = part[s]
        if heaviest[g] < 0 or weight[count] > weight[heaviest[g]]:
            heaviest[g] = count
        count += 1
    tail = 0
    for v in range(n):
        if piece[v] == heaviest[part[v]]:
            queue[tail] = v
            tail += 1
        else:
            part[v] = -1
    head = 0
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(net.start[u], net.start[u + 1]):
            w = net.near[e]
            if part[w] < 0:
                part[w] = part[u]
                queue[tail] = w
                tail += 1
    return tail == n and heaviest.min() >= 0
