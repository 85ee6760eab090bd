"""
Compiled inner loop: annealed flips of pieces across the borders of grids.

Everything works on plain arrays. `part` holds the grid of each piece and is changed in place;
the running sums of the grids stand in the arrays of `Sums`. Random numbers come from a state
that is passed in (xorshift64*), so equal seeds give equal answers on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.contiguity import search_of, stays_whole


class Pieces(NamedTuple):
    """Graph in compressed rows (`start`, `near`, `border`) with loads, places and masses."""

    start: npt.NDArray[np.int64]
    near: npt.NDArray[np.int64]
    border: npt.NDArray[np.float64]
    load: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    mass: npt.NDArray[np.float64]


class Goals(NamedTuple):
    """What a grid is scored by; loads are divided by `scale` before they are."""

    cap: int
    scale: float
    mean: float
    low: float
    over: float
    under: float
    balance: float
    cut: float
    inertia: float


class Sums(NamedTuple):
    """Running sums of each grid: load, loaded pieces, mass and its first and second moments."""

    load: npt.NDArray[np.int64]
    loaded: npt.NDArray[np.int64]
    mass: npt.NDArray[np.float64]
    mx: npt.NDArray[np.float64]
    my: npt.NDArray[np.float64]
    mq: npt.NDArray[np.float64]


@njit(cache=True)
def draw(state):  # type: ignore[no-untyped-def]
    """Return the next random number in [0, 1) and step the state."""
    s = state[0]
    s ^= s >> np.uint64(12)
    s ^= s << np.uint64(25)
    s ^= s >> np.uint64(27)
    state[0] = s
    return np.float64((s * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def sums_of(pieces, part, count):  # type: ignore[no-untyped-def]
    """Sums of every grid, from scratch."""
    sums = Sums(
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
    )
    for v in range(len(part)):
        shift(pieces, sums, v, part[v], 1)
    return sums


@njit(cache=True)
def shift(pieces, sums, v, grid, sign):  # type: ignore[no-untyped-def]
    """Add (sign 1) or take away (-1) piece v to or from the sums of a grid."""
    mass = pieces.mass[v] * sign
    sums.load[grid] += pieces.load[v] * sign
    if pieces.load[v] > 0:
        sums.loaded[grid] += sign
    sums.mass[grid] += mass
    sums.mx[grid] += mass * pieces.x[v]
    sums.my[grid] += mass * pieces.y[v]
    sums.mq[grid] += mass * (pieces.x[v] ** 2 + pieces.y[v] ** 2)


@njit(cache=True)
def load_cost(goals, load):  # type: ignore[no-untyped-def]
    """Score of a load: distance from the mean, overload, shortfall."""
    value = load / goals.scale
    cost = goals.balance * (value - goals.mean) ** 2
    if load > goals.cap:
        over = (load - goals.cap) / goals.scale
        cost += goals.over * (over + over * over)
    if value < goals.low:
        cost += goals.under * (goals.low - value)
    return cost


@njit(cache=True)
def inertia_cost(goals, mass, mx, my, mq):  # type: ignore[no-untyped-def]
    """Score of a spread: moment of inertia about the grid's own centre."""
    if mass <= 0.0:
        return 0.0
    return goals.inertia * (mq - (mx * mx + my * my) / mass)


@njit(cache=True)
def energy(pieces, goals, part, sums):  # type: ignore[no-untyped-def]
    """Score of a whole division: loads, inertia and cut borders; lower is better."""
    total = 0.0
    for g in range(len(sums.load)):
        total += load_cost(goals, sums.load[g])
        total += inertia_cost(goals, sums.mass[g], sums.mx[g], sums.my[g], sums.mq[g])
    for v in range(len(part)):
        for e in range(pieces.start[v], pieces.start[v + 1]):
            if part[v] < part[pieces.near[e]]:
                total += goals.cut * pieces.border[e]
    return total


@njit(cache=True)
def change_of(pieces, goals, sums, v, a, b, border_a, border_b):  # type: ignore[no-untyped-def]
    """Change of the score when piece v moves from grid a to grid b."""
    load, mass = pieces.load[v], pieces.mass[v]
    mx, my = mass * pieces.x[v], mass * pieces.y[v]
    mq = mass * (pieces.x[v] ** 2 + pieces.y[v] ** 2)
    change = goals.cut * (border_a - border_b)
    if load > 0:
        change += load_cost(goals, sums.load[a] - load) - load_cost(goals, sums.load[a])
        change += load_cost(goals, sums.load[b] + load) - load_cost(goals, sums.load[b])
    for grid, sign in ((a, -1.0), (b, 1.0)):
        m, sx, sy, q = sums.mass[grid], sums.mx[grid], sums.my[grid], sums.mq[grid]
        change -= inertia_cost(goals, m, sx, sy, q)
        change += inertia_cost(
            goals, m + sign * mass, sx + sign * mx, sy + sign * my, q + sign * mq
        )
    return change


@njit(cache=True)
def anneal(pieces, goals, part, sums, state, proposals, hot, cold, strict):  # type: ignore[no-untyped-def]
    """
    Move pieces across borders, accepting a change by the Metropolis rule while it cools.

    Contiguity always holds, and no grid loses its last loaded piece; with `strict` no grid ever
    rises above the cap. Returns the moves made.
    """
    n = len(part)
    search = search_of(pieces.start)
    cooling = (cold / hot) ** (1.0 / max(1, proposals))
    heat = hot
    moves = 0
    for _ in range(proposals):
        heat *= cooling
        v = int(draw(state) * n)
        degree = pieces.start[v + 1] - pieces.start[v]
        if degree == 0:
            continue
        b = part[pieces.near[pieces.start[v] + int(draw(state) * degree)]]
        a = part[v]
        load = pieces.load[v]
        if a == b or (load > 0 and sums.loaded[a] == 1):
            continue
        if strict and load > 0 and sums.load[b] + load > goals.cap:
            continue
        border_a = border_b = 0.0
        for e in range(pieces.start[v], pieces.start[v + 1]):
            if part[pieces.near[e]] == a:
                border_a += pieces.border[e]
            elif part[pieces.near[e]] == b:
                border_b += pieces.border[e]
        change = change_of(pieces, goals, sums, v, a, b, border_a, border_b)
        if change > 0.0 and draw(state) >= np.exp(-change / heat):
            continue
        if not stays_whole(pieces.start, pieces.near, part, v, search):
            continue
        shift(pieces, sums, v, a, -1)
        shift(pieces, sums, v, b, 1)
        part[v] = b
        moves += 1
    return moves
