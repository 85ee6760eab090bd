"""
Compiled search of repairs: pieces change grids while as few households as possible leave home.

Each piece has homes: the grids its households stand in now, and how many in each. A division is
scored by the households away from home, by what lies above the cap, by the number of grids and,
least, by the length of the borders between grids. Contiguity holds after every move. Grids may
open (in a free slot) and close (when their last piece leaves); closed slots neither gain nor lose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.contiguity import search_of, stays_whole
from gis.partition.flips import draw
from gis.partition.graph import Floats, Ints


class Homes(NamedTuple):
    """
    Where pieces stand now, in compressed rows: `grid[start[v]:start[v + 1]]` with `amount`.

    `movable` marks the pieces that may leave the grid they are in, `closed` the slots that no
    piece may enter, `fresh` the slots that are no standing grid.
    """

    start: Ints
    grid: Ints
    amount: Floats
    movable: npt.NDArray[np.bool_]
    closed: npt.NDArray[np.bool_]
    fresh: npt.NDArray[np.bool_]


class Price(NamedTuple):
    """
    What a division is scored by, in households.

    `cap` is the load a grid may reach; `over` the price of one unit of load above it, `grid` that
    of a grid, `border` that of a metre between grids; at least `least` and at most `most` grids may
    be open.
    """

    cap: int
    over: float
    grid: float
    border: float
    least: int
    most: int


class Tally(NamedTuple):
    """Running sums of each slot: load, pieces with load, pieces; and [open slots]."""

    load: Ints
    loaded: Ints
    pieces: Ints
    open: Ints


@njit(cache=True)
def tally_of(pieces, part, slots):  # type: ignore[no-untyped-def]
    """Sums of every slot, from scratch."""
    tally = Tally(
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.zeros(1, np.int64),
    )
    for v in range(len(part)):
        if part[v] >= 0:
            _enter(pieces, tally, v, part[v])
    return tally


@njit(cache=True)
def _enter(pieces, tally, v, slot):  # type: ignore[no-untyped-def]
    if tally.pieces[slot] == 0:
        tally.open[0] += 1
    tally.load[slot] += pieces.load[v]
    tally.pieces[slot] += 1
    if pieces.load[v] > 0:
        tally.loaded[slot] += 1


@njit(cache=True)
def _leave(pieces, tally, v, slot):  # type: ignore[no-untyped-def]
    tally.load[slot] -= pieces.load[v]
    tally.pieces[slot] -= 1
    if pieces.load[v] > 0:
        tally.loaded[slot] -= 1
    if tally.pieces[slot] == 0:
        tally.open[0] -= 1


@njit(cache=True)
def at_home(homes, v, slot):  # type: ignore[no-untyped-def]
    """Households of piece v that stand in a slot."""
    for e in range(homes.start[v], homes.start[v + 1]):
        if homes.grid[e] == slot:
            return homes.amount[e]
    return 0.0


@njit(cache=True)
def _over(price, load):  # type: ignore[no-untyped-def]
    return price.over * max(0, load - price.cap)


@njit(cache=True)
def score(pieces, homes, price, part, tally):  # type: ignore[no-untyped-def]
    """Score of a whole division; lower is better."""
    total = price.grid * tally.open[0]
    for g in range(len(tally.load)):
        total += _over(price, tally.load[g])
    for v in range(len(part)):
        for e in range(homes.start[v], homes.start[v + 1]):
            if homes.grid[e] != part[v]:
                total += homes.amount[e]
        for e in range(pieces.start[v], pieces.start[v + 1]):
            if part[v] < part[pieces.near[e]]:
                total += price.border * pieces.border[e]
    return total


@njit(cache=True)
def _change(pieces, homes, price, part, tally, v, b):  # type: ignore[no-untyped-def]
    """Change of the score when piece v goes to slot b."""
    a, load = part[v], pieces.load[v]
    change = at_home(homes, v, a) - at_home(homes, v, b)
    if load > 0:
        change += _over(price, tally.load[a] - load) - _over(price, tally.load[a])
        change += _over(price, tally.load[b] + load) - _over(price, tally.load[b])
    if tally.pieces[a] == 1:
        change -= price.grid
    if tally.pieces[b] == 0:
        change += price.grid
    for e in range(pieces.start[v], pieces.start[v + 1]):
        if part[pieces.near[e]] == a:
            change += price.border * pieces.border[e]
        elif part[pieces.near[e]] == b:
            change -= price.border * pieces.border[e]
    return change


@njit(cache=True)
def _may_go(pieces, homes, price, part, tally, v, b, search):  # type: ignore[no-untyped-def]
    """Whether both grids keep together and keep a piece with load when v goes to slot b."""
    a = part[v]
    if a == b or not homes.movable[v] or homes.closed[b]:
        return False
    if tally.pieces[b] == 0 and (pieces.load[v] == 0 or tally.pieces[a] == 1):
        return False
    if tally.pieces[b] == 0 and tally.open[0] >= price.most:
        return False
    if tally.pieces[a] == 1:
        return tally.open[0] > price.least
    if pieces.load[v] > 0 and tally.loaded[a] == 1:
        return False
    return stays_whole(pieces.start, pieces.near, part, v, search)


@njit(cache=True)
def _go(pieces, tally, part, v, b):  # type: ignore[no-untyped-def]
    _leave(pieces, tally, v, part[v])
    part[v] = b
    _enter(pieces, tally, v, b)


@njit(cache=True)
def _free_slot(homes, tally, v, state):  # type: ignore[no-untyped-def]
    """Empty slot for a grid to open: half the time a home of v, else the first fresh one."""
    if draw(state) < 0.5:
        for e in range(homes.start[v], homes.start[v + 1]):
            if tally.pieces[homes.grid[e]] == 0:
                return homes.grid[e]
    for slot in range(len(tally.pieces)):
        if homes.fresh[slot] and tally.pieces[slot] == 0:
            return slot
    return -1


@njit(cache=True)
def anneal(pieces, homes, price, part, active, state, proposals, hot, cold):  # type: ignore[no-untyped-def]
    """
    Search for the least score while it cools; `part` is changed in place.

    Only pieces of `active` move. Returns the best division within the cap that was met and its
    score (inf when there was none).
    """
    tally = tally_of(pieces, part, len(homes.closed))
    search = search_of(pieces.start)
    over = 0
    for g in range(len(tally.load)):
        over += max(0, tally.load[g] - price.cap)
    now = score(pieces, homes, price, part, tally)
    best, least = part.copy(), np.inf
    if over == 0:
        least = now
    heat, cooling = hot, (cold / hot) ** (1.0 / max(1, proposals))
    for _ in range(proposals):
        heat *= cooling
        v = active[int(draw(state) * len(active))]
        degree = pieces.start[v + 1] - pieces.start[v]
        b = -1
        if degree == 0 or draw(state) < 0.03:
            if tally.open[0] < price.most and tally.load[part[v]] > price.cap:
                b = _free_slot(homes, tally, v, state)
        else:
            b = part[pieces.near[pieces.start[v] + int(draw(state) * degree)]]
        if b < 0 or b == part[v] or homes.closed[b] or not homes.movable[v]:
            continue
        change = _change(pieces, homes, price, part, tally, v, b)
        if change > 0.0 and draw(state) >= np.exp(-change / heat):
            continue
        a = part[v]
        if not _may_go(pieces, homes, price, part, tally, v, b, search):
            continue
        over -= max(0, tally.load[a] - price.cap) + max(0, tally.load[b] - price.cap)
        _go(pieces, tally, part, v, b)
        over += max(0, tally.load[a] - price.cap) + max(0, tally.load[b] - price.cap)
        now += change
        if over == 0 and now < least - 1e-9:
            least = now
            best[:] = part
    return best, least


@njit(cache=True)
def settle(pieces, homes, price, part, active):  # type: ignore[no-untyped-def]
    """Make single moves that lower the score until there is none; `part` is changed in place."""
    tally = tally_of(pieces, part, len(homes.closed))
    search = search_of(pieces.start)
    better = True
    while better:
        better = False
        for k in range(len(active)):
            v = active[k]
            for e in range(pieces.start[v], pieces.start[v + 1]):
                b = part[pieces.near[e]]
                if b == part[v] or homes.closed[b] or not homes.movable[v]:
                    continue
                if _change(pieces, homes, price, part, tally, v, b) > -1e-9:
                    continue
                if _may_go(pieces, homes, price, part, tally, v, b, search):
                    _go(pieces, tally, part, v, b)
                    better = True
    return score(pieces, homes, price, part, tally)


@njit(cache=True)
def adopt(pieces, homes, price, part, slots):  # type: ignore[no-untyped-def]
    """
    Let neighbours take in the pieces of no grid (-1), where room is and borders are long.

    Closed slots take none. Pieces that reach no open slot stay at -1.
    """
    tally = tally_of(pieces, part, slots)
    left = np.flatnonzero(part < 0)
    while True:
        chosen, into, least = -1, -1, np.inf
        for k in range(len(left)):
            v = left[k]
            if part[v] >= 0:
                continue
            for e in range(pieces.start[v], pieces.start[v + 1]):
                b = part[pieces.near[e]]
                if b < 0 or homes.closed[b]:
                    continue
                near = 0.0
                for f in range(pieces.start[v], pieces.start[v + 1]):
                    if part[pieces.near[f]] == b:
                        near += pieces.border[f]
                cost = _over(price, tally.load[b] + pieces.load[v]) - _over(price, tally.load[b])
                cost -= at_home(homes, v, b) + price.border * near
                if cost < least:
                    chosen, into, least = v, b, cost
        if chosen < 0:
            return
        part[chosen] = into
        _enter(pieces, tally, chosen, into)
