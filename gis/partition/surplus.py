"""
Compiled repair of parts above the cap: their surplus walks to where there is room.

A part above the cap is merged with a neighbour and the two are cut anew along random spanning
trees. When both fit, the surplus is gone; otherwise it ends in one of the two and walks on from
there. A step costs the size of the two parts, not of the graph.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gis.partition.flips import draw
from gis.partition.trees import spanning_tree


@njit(cache=True)
def _gather(pieces, part, seed, nodes, place, count):  # type: ignore[no-untyped-def]
    """Append the units of the part of `seed` to `nodes`; returns the new count."""
    g, head = part[seed], count
    nodes[count], place[seed] = seed, count
    count += 1
    while head < count:
        u = nodes[head]
        head += 1
        for e in range(pieces.start[u], pieces.start[u + 1]):
            w = pieces.near[e]
            if part[w] == g and place[w] < 0:
                nodes[count], place[w] = w, count
                count += 1
    return count


@njit(cache=True)
def _neighbour(pieces, part, load, nodes, state):  # type: ignore[no-untyped-def]
    """A unit in the lighter of two neighbouring parts, each met at a random unit outside."""
    best, seen = -1, 0
    other, looked = -1, 0
    for u in nodes:
        for e in range(pieces.start[u], pieces.start[u + 1]):
            w = pieces.near[e]
            if part[w] == part[u]:
                continue
            seen += 1
            if draw(state) * seen < 1.0:
                best = w
            looked += 1
            if draw(state) * looked < 1.0:
                other = w
    if best >= 0 and load[part[other]] < load[part[best]]:
        best = other
    return best


@njit(cache=True)
def _top(pieces, nodes, order, up, cap, barred):  # type: ignore[no-untyped-def]
    """Where to cut a tree for the least load above the cap, no side of load `barred`; and that."""
    below = np.zeros(len(nodes), np.int64)
    for k in range(len(nodes) - 1, -1, -1):
        p = order[k]
        below[p] += pieces.load[nodes[p]]
        if up[p] >= 0:
            below[up[p]] += below[p]
    whole = below[order[0]]
    top, least = -1, np.int64(1) << 62
    for p in order[1:]:
        if below[p] == 0 or below[p] == whole:
            continue
        if barred in (below[p], whole - below[p]):
            continue
        over = max(below[p] - cap, 0) + max(whole - below[p] - cap, 0)
        if over < least:
            top, least = p, over
    return top, least


@njit(cache=True)
def _cut(part, nodes, order, up, top, a, b, seeds):  # type: ignore[no-untyped-def]
    """Give what hangs from `top` to a and the rest to b."""
    inside = np.zeros(len(nodes), np.bool_)
    inside[top] = True
    for p in order:
        if up[p] >= 0 and inside[up[p]]:
            inside[p] = True
        part[nodes[p]] = a if inside[p] else b
    seeds[a], seeds[b] = nodes[top], nodes[order[0]]


@njit(cache=True)
def _share_out(pieces, part, load, seeds, pair, place, a, b, cap, state, trees, heat):  # type: ignore[no-untyped-def]
    """Cut parts a and b anew at the best of a few trees, unless all are worse; clears `place`."""
    before = load[a] - cap + max(load[b] - cap, 0)
    barred = -1
    if heat > 0.0:
        barred = load[a]
        before += int(-heat * np.log(max(draw(state), 1e-300)))
    for _ in range(trees):
        order, up = spanning_tree(pieces, pair, place, state, 0.5)
        top, over = _top(pieces, pair, order, up, cap, barred)
        if top >= 0 and over <= before:
            before = over
            _cut(part, pair, order, up, top, a, b, seeds)
            if over == 0:
                break
    load[a], load[b] = 0, 0
    for v in pair:
        load[part[v]] += pieces.load[v]
        place[v] = -1


@njit(cache=True, nogil=True)
def walk_surplus(pieces, part, k, cap, state, steps, trees, idle, heat):  # type: ignore[no-untyped-def]
    """
    Take so many steps with the surplus of the parts above the cap; returns what is left of it.

    Changes `part`; parts stay connected and loaded. Ends early when every part fits. `idle`
    counts, from one call to the next, how often in a row a part could not change its load: for
    each time its next cut, with other loads, may be worse by about `heat`. A few heavy units of
    which no cut is better would otherwise stay above the cap for ever.
    """
    n = len(part)
    load, seeds = np.zeros(k, np.int64), np.zeros(k, np.int64)
    for v in range(n):
        load[part[v]] += pieces.load[v]
        seeds[part[v]] = v
    nodes, place = np.empty(n, np.int64), np.full(n, -1, np.int64)
    waiting, size = np.empty(k, np.int64), 0
    listed = load > cap
    for g in np.flatnonzero(listed):
        waiting[size] = g
        size += 1
    for _ in range(steps):
        if size == 0:
            break
        pick = int(draw(state) * size)
        size -= 1
        a = waiting[pick]
        waiting[pick] = waiting[size]
        listed[a] = False
        if load[a] <= cap:
            continue
        count = _gather(pieces, part, seeds[a], nodes, place, 0)
        unit = _neighbour(pieces, part, load, nodes[:count], state)
        if unit < 0:
            place[nodes[:count]] = -1
            continue  # a whole component: there is no neighbour to share with
        b = part[unit]
        count = _gather(pieces, part, unit, nodes, place, count)
        pair, before = nodes[:count], load[a]
        _share_out(pieces, part, load, seeds, pair, place, a, b, cap, state, trees, heat * idle[a])
        idle[a] = idle[a] + 1 if load[a] == before else 0
        idle[b] = 0
        for g in (a, b):
            if load[g] > cap and not listed[g]:
                waiting[size] = g
                listed[g] = True
                size += 1
    return np.maximum(load - cap, 0).sum()
