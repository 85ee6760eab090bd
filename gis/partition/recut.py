"""
Compiled redivision of two neighbouring parts: all ways to cut the pair anew, and one chosen.

Where units are heavy beside the room between the limits, no single flip leads from one division
that fits to the next. So the pair is taken as a whole: connected halves are enumerated as bit
sets, and one is drawn with odds exp(-cost / heat). Of a pair with many units, those far from the
border between the two are first tied into blobs, so that few pieces are left to choose from.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gis.partition.annealer import misfit, moment, parts_of, recentre, score
from gis.partition.contiguity import root
from gis.partition.flips import draw

_CENTRES = 48  # units looked at as centres of the halves
_DE_BRUIJN = 0x03F79D71B4CB0A89  # each run of six of its bits occurs once
_PLACE = np.zeros(64, np.int64)
_PLACE[[(_DE_BRUIJN << p) % 2**64 >> 58 for p in range(64)]] = np.arange(64)
_STEEP = 2.0  # how much sooner units far from the border are tied together


@njit(cache=True)
def _members(part, a, b):  # type: ignore[no-untyped-def]
    return np.flatnonzero((part == a) | (part == b))


@njit(cache=True)
def _depths(net, part, nodes, place):  # type: ignore[no-untyped-def]
    """Steps from each unit of the pair to the border between its two parts."""
    depth = np.full(len(nodes), -1, np.int64)
    queue, head, tail = np.empty(len(nodes), np.int64), 0, 0
    for p in range(len(nodes)):
        for e in range(net.start[nodes[p]], net.start[nodes[p] + 1]):
            u = net.near[e]
            if place[u] >= 0 and part[u] != part[nodes[p]] and depth[p] < 0:
                depth[p] = 0
                queue[tail] = p
                tail += 1
    while head < tail:
        p = queue[head]
        head += 1
        for e in range(net.start[nodes[p]], net.start[nodes[p] + 1]):
            q = place[net.near[e]]
            if q >= 0 and depth[q] < 0:
                depth[q] = depth[p] + 1
                queue[tail] = q
                tail += 1
    return depth


@njit(cache=True)
def _blobs(net, part, nodes, place, most, state):  # type: ignore[no-untyped-def]
    """Tie units of the same part together until at most so many blobs are left."""
    m = len(nodes)
    joined = np.arange(m)
    left = m
    if m > most:
        depth = _depths(net, part, nodes, place)
        ends = np.empty((net.start[-1], 2), np.int64)
        key = np.empty(net.start[-1])
        count = 0
        for p in range(m):
            for e in range(net.start[nodes[p]], net.start[nodes[p] + 1]):
                q = place[net.near[e]]
                if q > p and part[nodes[p]] == part[nodes[q]]:
                    ends[count] = p, q
                    near = min(depth[p], depth[q])
                    key[count] = draw(state) / (1.0 + near) ** _STEEP
                    count += 1
        for e in np.argsort(key[:count]):
            p, q = root(joined, ends[e, 0]), root(joined, ends[e, 1])
            if p != q and left > most:
                joined[p] = q
                left -= 1
    number, blob = np.full(m, -1, np.int64), np.empty(m, np.int64)
    count = 0
    for p in range(m):
        r = root(joined, p)
        if number[r] < 0:
            number[r] = count
            count += 1
        blob[p] = number[r]
    return blob, count


@njit(cache=True)
def _beside(net, nodes, place, blob, count):  # type: ignore[no-untyped-def]
    """Bit set of the blobs beside each blob, and the edges between each two."""
    beside, edges = np.zeros(count, np.int64), np.zeros((count, count))
    for p in range(len(nodes)):
        for e in range(net.start[nodes[p]], net.start[nodes[p] + 1]):
            q = place[net.near[e]]
            if q >= 0 and blob[q] != blob[p]:
                beside[blob[p]] |= 1 << blob[q]
                edges[blob[p], blob[q]] += 1.0
    return beside, edges


@njit(cache=True)
def _spreads(net, nodes, blob, count, parts, a, b):  # type: ignore[no-untyped-def]
    """Units that may be centres, and the inertia of each blob about each of them."""
    m = len(nodes)
    off = np.empty(m)
    for p in range(m):
        least = np.inf
        for g in (a, b):
            c = parts.centre[g]
            d = (net.x[nodes[p]] - net.x[c]) ** 2 + (net.y[nodes[p]] - net.y[c]) ** 2
            least = min(least, d)
        off[p] = least
    able = np.argsort(off)[: min(m, _CENTRES)]
    spread = np.zeros((count, len(able)))
    for j in range(len(able)):
        for p in range(m):
            spread[blob[p], j] += moment(net, nodes[p], nodes[able[j]])
    return able, spread


@njit(cache=True)
def _lowest(bits):  # type: ignore[no-untyped-def]
    """Number of the lowest bit of a set that is not empty."""
    return _PLACE[(((bits & -bits) * _DE_BRUIJN) >> 58) & 63]


@njit(cache=True)
def _hangs_together(beside, among, wanted):  # type: ignore[no-untyped-def]
    """Whether the blobs of `wanted` lie in one connected piece of `among`."""
    found = wanted & -wanted
    fresh = found
    while fresh and wanted & ~found:
        near = beside[_lowest(fresh)] & among & ~found
        fresh = (fresh & (fresh - 1)) | near
        found |= near
    return (wanted & ~found) == 0


@njit(cache=True)
def _cost(goals, half, whole, edges, spread, able, count):  # type: ignore[no-untyped-def]
    """Edges cut between the halves, or the inertia of both about their best centres."""
    total = 0.0
    if goals.cut > 0.0:
        for p in range(count):
            if half >> p & 1:
                for q in range(count):
                    if not half >> q & 1:
                        total += goals.cut * edges[p, q]
    if goals.inertia > 0.0:
        for side in (half, whole & ~half):
            least = np.inf
            about = np.zeros(len(able))
            for p in range(count):
                if side >> p & 1:
                    about += spread[p]
            for j in range(len(able)):
                if side >> able[j] & 1:
                    least = min(least, about[j])
            total += goals.inertia * least
    return total


@njit(cache=True)
def _drawn(goals, load, beside, edges, spread, able, start, heat, effort, state):  # type: ignore[no-untyped-def]
    """
    Draw a connected half of the blobs, the rest connected too; returns (half, sets looked at).

    `start` is the half that is there now: it is always among those drawn from, and what fits
    much worse than it is not looked at.
    """
    count = len(load)
    whole = (1 << count) - 1
    total = load.sum()
    now = 0
    for p in range(count):
        if start >> p & 1:
            now += load[p]
    limit = misfit(goals, now) + misfit(goals, total - now) + 6.0 * heat
    key = _cost(goals, start, whole, edges, spread, able, count)
    key += limit - 6.0 * heat + heat * np.log(-np.log(max(draw(state), 1e-300)))
    pick = start
    inside, barred = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    held, near = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    first = int(draw(state) * count)
    inside[0], held[0], near[0] = 1 << first, load[first], beside[first]
    depth, looked, fresh = 0, 0, True
    while depth >= 0 and looked < effort:
        s, rest = inside[depth], whole & ~inside[depth]
        if fresh:
            looked += 1
            fresh = False
            over = max(held[depth] - goals.high, 0)
            ends = over > 0 and misfit(goals, held[depth]) > limit
            if barred[depth] != 0:
                # What is barred stays outside for good: it must hang together there.
                ends = ends or not _hangs_together(beside, rest, barred[depth])
            if ends:
                depth -= 1
                continue
            fit = misfit(goals, held[depth]) + misfit(goals, total - held[depth])
            if rest == 0 or fit > limit:
                pass
            elif _hangs_together(beside, rest, rest):
                cost = fit + _cost(goals, s, whole, edges, spread, able, count)
                cost += heat * np.log(-np.log(max(draw(state), 1e-300)))
                if cost < key:
                    key, pick = cost, s
        able_next = near[depth] & ~s & ~barred[depth]
        if able_next == 0:
            depth -= 1
            continue
        bit, at = able_next & -able_next, _lowest(able_next)
        barred[depth] |= bit
        depth += 1
        inside[depth], held[depth] = s | bit, held[depth - 1] + load[at]
        near[depth] = near[depth - 1] | beside[at]
        barred[depth] = barred[depth - 1] & ~bit
        fresh = True
    return pick, looked


@njit(cache=True, nogil=True)
def recut(net, goals, part, parts, a, b, heat, most, effort, state):  # type: ignore[no-untyped-def]
    """
    Cut the neighbouring parts a and b anew; returns the bit sets that were looked at.

    At most `most` blobs (under 60) and `effort` sets. Changes `part`; `parts` is left as it was.
    Both parts stay connected and keep at least one unit.
    """
    nodes = _members(part, a, b)
    place = np.full(len(part), -1, np.int64)
    # In random order, so that a search that is cut short looks elsewhere each time.
    for p in range(len(nodes) - 1, 0, -1):
        q = int(draw(state) * (p + 1))
        nodes[p], nodes[q] = nodes[q], nodes[p]
    for p in range(len(nodes)):
        place[nodes[p]] = p
    blob, count = _blobs(net, part, nodes, place, most, state)
    if count < 2:
        return 1
    beside, edges = _beside(net, nodes, place, blob, count)
    load = np.zeros(count, np.int64)
    start = 0
    for p in range(len(nodes)):
        load[blob[p]] += net.load[nodes[p]]
        if part[nodes[p]] == a:
            start |= 1 << blob[p]
    centres, spread = np.zeros(0, np.int64), np.zeros((count, 0))
    if goals.inertia > 0.0:
        centres, spread = _spreads(net, nodes, blob, count, parts, a, b)
    able = np.empty(len(centres), np.int64)
    for j in range(len(centres)):
        able[j] = blob[centres[j]]
    half, looked = _drawn(goals, load, beside, edges, spread, able, start, heat, effort, state)
    ours = 0
    for p in range(count):
        # Keep names where most of the load stays.
        if half >> p & 1:
            ours += load[p] if start >> p & 1 else -load[p]
    inner, outer = (a, b) if ours >= 0 else (b, a)
    for p in range(len(nodes)):
        part[nodes[p]] = inner if half >> blob[p] & 1 else outer
    return looked


@njit(cache=True)
def _pair(net, goals, part, parts, state):  # type: ignore[no-untyped-def]
    """Parts on either side of a random cut edge; rather one whose part does not fit."""
    a, b = 0, 0
    for _ in range(4):
        e = parts.cuts[int(draw(state) * parts.listed[0])]
        a, b = part[net.source[e]], part[net.near[e]]
        if misfit(goals, parts.load[a]) + misfit(goals, parts.load[b]) > 0.0:
            break
    return a, b


@njit(cache=True, nogil=True)
def recut_often(net, goals, part, parts, warm, cool, turns, most, effort, state, best, value):  # type: ignore[no-untyped-def]
    """
    Recut so many pairs while the heat falls from warm to cool.

    Whenever every part fits and the score is below `value`, the division is copied to `best`.
    Changes `part` and `parts`. Returns (best value, sets looked at).
    """
    looked = 0
    for turn in range(turns):
        if parts.listed[0] == 0:
            break
        a, b = _pair(net, goals, part, parts, state)
        heat = warm * (cool / warm) ** (turn / turns)
        looked += recut(net, goals, part, parts, a, b, heat, most, effort, state)
        fresh = parts_of(net, part, len(parts.load))
        parts.load[:] = fresh.load
        parts.cuts[:] = fresh.cuts
        parts.where[:] = fresh.where
        parts.listed[:] = fresh.listed
        if goals.inertia > 0.0:
            recentre(net, part, parts)
        now, unfit = score(net, goals, part, parts)
        if unfit == 0 and now < value - 1e-9:
            value = now
            best[:] = part
    return value, looked
