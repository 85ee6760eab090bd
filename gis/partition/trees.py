"""
Compiled tree cuts: connected parts carved along random spanning trees, and their repair.

A tree of a connected graph falls into two connected halves wherever it is cut, so whatever these
functions make is connected. The arrays and sums are those of `gis.partition.flips`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gis.partition.contiguity import root
from gis.partition.flips import draw, inertia_cost, load_cost, shift


@njit(cache=True)
def spanning_tree(pieces, nodes, place, state, bias):  # type: ignore[no-untyped-def]
    """
    Draw a spanning tree of `nodes`; `place[v]` is the position of v in `nodes`, else -1.

    Borders are taken in random order; with `bias` near 1 the long ones come first, so that
    the tree hangs by short borders. Returns (order, up): positions from the root outwards and
    the parent position of each, -1 for the root.
    """
    ends_a, ends_b, key = _borders_among(pieces, nodes, place, state, bias)
    m, count = len(nodes), len(key)
    parent = np.arange(m)
    degree = np.zeros(m + 1, np.int64)
    taken = np.zeros(count, np.bool_)
    for k in np.argsort(key):
        a, b = root(parent, ends_a[k]), root(parent, ends_b[k])
        if a != b:
            parent[a] = b
            taken[k] = True
            degree[ends_a[k] + 1] += 1
            degree[ends_b[k] + 1] += 1
    return _rooted(ends_a, ends_b, taken, degree, int(draw(state) * m))


@njit(cache=True)
def _borders_among(pieces, nodes, place, state, bias):  # type: ignore[no-untyped-def]
    """Pairs of positions that touch, and the random key by which they are taken."""
    m = len(nodes)
    count = 0
    for p in range(m):
        for e in range(pieces.start[nodes[p]], pieces.start[nodes[p] + 1]):
            if place[pieces.near[e]] > p:
                count += 1
    ends_a, ends_b = np.empty(count, np.int64), np.empty(count, np.int64)
    key = np.empty(count)
    k = 0
    for p in range(m):
        for e in range(pieces.start[nodes[p]], pieces.start[nodes[p] + 1]):
            q = place[pieces.near[e]]
            if q > p:
                ends_a[k], ends_b[k] = p, q
                key[k] = draw(state) / (1.0 - bias + bias * pieces.border[e])
                k += 1
    return ends_a, ends_b, key


@njit(cache=True)
def _rooted(ends_a, ends_b, taken, degree, root):  # type: ignore[no-untyped-def]
    """Order of the tree from its root outwards, and the parent of each position."""
    m = len(degree) - 1
    start = np.cumsum(degree)
    fill = start[:-1].copy()
    near = np.empty(max(0, 2 * (m - 1)), np.int64)
    for k in range(len(taken)):
        if taken[k]:
            near[fill[ends_a[k]]] = ends_b[k]
            fill[ends_a[k]] += 1
            near[fill[ends_b[k]]] = ends_a[k]
            fill[ends_b[k]] += 1
    order, up = np.empty(m, np.int64), np.full(m, -1, np.int64)
    order[0] = root
    tail = 1
    for head in range(m):
        p = order[head]
        for e in range(start[p], start[p + 1]):
            if near[e] != up[p]:
                up[near[e]] = p
                order[tail] = near[e]
                tail += 1
    return order, up


@njit(cache=True)
def _below(pieces, nodes, order, up):  # type: ignore[no-untyped-def]
    """Load and loaded pieces below each position of a tree, itself included."""
    m = len(nodes)
    load, loaded = np.zeros(m, np.int64), np.zeros(m, np.int64)
    for k in range(m - 1, -1, -1):
        p = order[k]
        load[p] += pieces.load[nodes[p]]
        if pieces.load[nodes[p]] > 0:
            loaded[p] += 1
        if up[p] >= 0:
            load[up[p]] += load[p]
            loaded[up[p]] += loaded[p]
    return load, loaded


@njit(cache=True)
def _subtree(order, up, top):  # type: ignore[no-untyped-def]
    """Mark the positions that hang from `top`."""
    inside = np.zeros(len(order), np.bool_)
    inside[top] = True
    for k in range(len(order)):
        p = order[k]
        if up[p] >= 0 and inside[up[p]]:
            inside[p] = True
    return inside


@njit(cache=True)
def _cut_length(pieces, nodes, place, inside):  # type: ignore[no-untyped-def]
    total = 0.0
    for p in range(len(nodes)):
        if inside[p]:
            for e in range(pieces.start[nodes[p]], pieces.start[nodes[p] + 1]):
                q = place[pieces.near[e]]
                if q >= 0 and not inside[q]:
                    total += pieces.border[e]
    return total


@njit(cache=True, nogil=True)
def carve(pieces, goals, grids, state, trees):  # type: ignore[no-untyped-def]
    """
    Divide a connected graph into `grids` connected parts by cutting random spanning trees.

    Each cut gives both sides the number of grids that their load asks for, at least one loaded
    piece for each. Needs at least `grids` loaded pieces. Loads may end above the cap.
    """
    n = len(pieces.load)
    part, wanted = np.zeros(n, np.int64), np.zeros(grids, np.int64)
    wanted[0] = grids
    carve_on(pieces, goals, part, wanted, 0, 1, state, trees, n * grids)
    return part


@njit(cache=True, nogil=True)
def carve_on(pieces, goals, part, wanted, current, made, state, trees, work):  # type: ignore[no-untyped-def]
    """
    Carve until `work` units were looked at; returns where it stands, (current, made).

    `wanted` holds how many grids each of the parts made so far is to become. Done when
    `current` is its length.
    """
    place = np.full(len(part), -1, np.int64)
    while current < len(wanted) and work > 0:
        while wanted[current] > 1 and work > 0:
            nodes = np.flatnonzero(part == current)
            work -= len(nodes)
            for p in range(len(nodes)):
                place[nodes[p]] = p
            inside, share = _halve(pieces, goals, nodes, place, wanted[current], state, trees)
            for p in range(len(nodes)):
                place[nodes[p]] = -1
                if inside[p]:
                    part[nodes[p]] = made
            wanted[made] = share
            wanted[current] -= share
            made += 1
        if wanted[current] == 1:
            current += 1
    return current, made


@njit(cache=True)
def _halve(pieces, goals, nodes, place, grids, state, trees):  # type: ignore[no-untyped-def]
    """Best cut of a few trees: even loads per grid, sides of like size, a short border."""
    best_score = np.inf
    best = np.zeros(len(nodes), np.bool_)
    best_share = 1
    tries = trees if len(nodes) < 4000 else 1
    for _ in range(tries):
        order, up = spanning_tree(pieces, nodes, place, state, 0.5)
        load, loaded = _below(pieces, nodes, order, up)
        whole, all_loaded = load[order[0]], loaded[order[0]]
        top, top_score, top_share = -1, np.inf, 1
        for k in range(1, len(order)):
            p = order[k]
            if loaded[p] == 0 or loaded[p] == all_loaded:
                continue
            share = int(np.round(grids * (load[p] / whole)))
            share = max(share, 1, grids - (all_loaded - loaded[p]))
            share = min(share, grids - 1, loaded[p])
            excess = max(load[p] / share, (whole - load[p]) / (grids - share))
            score = excess / (whole / grids) - 1.0 + 0.2 * abs(2.0 * share / grids - 1.0)
            if score < top_score:
                top, top_score, top_share = p, score, share
        inside = _subtree(order, up, top)
        score = top_score + goals.cut * _cut_length(pieces, nodes, place, inside)
        if score < best_score:
            best_score, best_share = score, top_share
            best = inside
    return best, best_share


@njit(cache=True)
def recombine(pieces, goals, part, sums, a, b, state, heat):  # type: ignore[no-untyped-def]
    """
    Merge grids a and b and cut them anew at the best border of one random spanning tree.

    The new cut is kept by the Metropolis rule. Returns whether it was.
    """
    nodes = np.flatnonzero((part == a) | (part == b))
    place = np.full(len(part), -1, np.int64)
    before = np.zeros(len(nodes), np.bool_)
    for p in range(len(nodes)):
        place[nodes[p]] = p
        before[p] = part[nodes[p]] == a
    order, up = spanning_tree(pieces, nodes, place, state, 0.5)
    load, loaded = _below(pieces, nodes, order, up)
    whole, all_loaded = load[order[0]], loaded[order[0]]
    top, top_cost = -1, np.inf
    for k in range(1, len(order)):
        p = order[k]
        if loaded[p] == 0 or loaded[p] == all_loaded:
            continue
        cost = load_cost(goals, load[p]) + load_cost(goals, whole - load[p])
        if cost < top_cost:
            top, top_cost = p, cost
    if top < 0:
        return False
    inside = _subtree(order, up, top)
    old = _pair_score(pieces, goals, nodes, place, before)
    new = _pair_score(pieces, goals, nodes, place, inside)
    if new > old and draw(state) >= np.exp((old - new) / heat):
        return False
    for p in range(len(nodes)):
        target = a if inside[p] else b
        if part[nodes[p]] != target:
            shift(pieces, sums, nodes[p], part[nodes[p]], -1)
            shift(pieces, sums, nodes[p], target, 1)
            part[nodes[p]] = target
    return True


@njit(cache=True)
def _pair_score(pieces, goals, nodes, place, inside):  # type: ignore[no-untyped-def]
    side = np.where(inside, 0, 1)
    load = np.zeros(2, np.int64)
    mass, mx, my, mq = np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2)
    for p in range(len(nodes)):
        v, s = nodes[p], side[p]
        load[s] += pieces.load[v]
        mass[s] += pieces.mass[v]
        mx[s] += pieces.mass[v] * pieces.x[v]
        my[s] += pieces.mass[v] * pieces.y[v]
        mq[s] += pieces.mass[v] * (pieces.x[v] ** 2 + pieces.y[v] ** 2)
    score = goals.cut * _cut_length(pieces, nodes, place, inside)
    for s in range(2):
        score += load_cost(goals, load[s]) + inertia_cost(goals, mass[s], mx[s], my[s], mq[s])
    return score


@njit(cache=True, nogil=True)
def mend(pieces, goals, part, sums, state, rounds, heat):  # type: ignore[no-untyped-def]
    """
    Recombine each grid over the cap with a random neighbour, over and over.

    When none is over, random pairs are recombined. Returns the rounds used.
    """
    count = len(sums.load)
    for _ in range(rounds):
        heavy = np.flatnonzero(sums.load > goals.cap)
        a = int(draw(state) * count)
        if len(heavy):
            a = heavy[int(draw(state) * len(heavy))]
        b, seen = -1, 0
        for v in range(len(part)):
            if part[v] != a:
                continue
            for e in range(pieces.start[v], pieces.start[v + 1]):
                g = part[pieces.near[e]]
                if g != a:
                    seen += 1
                    if draw(state) * seen < 1.0:
                        b = g
        if b >= 0:
            recombine(pieces, goals, part, sums, a, b, state, heat)
    return rounds


@njit(cache=True, nogil=True)
def split_heavy(pieces, goals, part, count, state):  # type: ignore[no-untyped-def]
    """
    Cut grids over the cap until none is; returns the number of grids there are then.

    Each cut takes off the heaviest subtree that fits, so it always ends: a single piece
    never exceeds the cap here.
    """
    place = np.full(len(part), -1, np.int64)
    grid = 0
    while grid < count:
        nodes = np.flatnonzero(part == grid)
        total = 0
        for v in nodes:
            total += pieces.load[v]
        if total <= goals.cap:
            grid += 1
            continue
        for p in range(len(nodes)):
            place[nodes[p]] = p
        inside = _best_fit(pieces, goals, nodes, place, state)
        for p in range(len(nodes)):
            place[nodes[p]] = -1
            if inside[p]:
                part[nodes[p]] = count
        count += 1
    return count


@njit(cache=True)
def _best_fit(pieces, goals, nodes, place, state):  # type: ignore[no-untyped-def]
    best = np.zeros(len(nodes), np.bool_)
    best_load = 0
    for _ in range(5):
        order, up = spanning_tree(pieces, nodes, place, state, 0.5)
        load, loaded = _below(pieces, nodes, order, up)
        whole, all_loaded = load[order[0]], loaded[order[0]]
        for k in range(1, len(order)):
            p = order[k]
            if loaded[p] == 0 or loaded[p] == all_loaded:
                continue
            if best_load < load[p] <= goals.cap:
                best_load = load[p]
                best = _subtree(order, up, p)
            if best_load < whole - load[p] <= goals.cap:
                best_load = whole - load[p]
                best = ~_subtree(order, up, p)
    return best
