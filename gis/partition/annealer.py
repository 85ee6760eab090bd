"""
Compiled inner loop of the graph face: annealed flips drawn from the edges that are cut.

Only pieces beside another part are ever proposed: the cut edges stand in a list that each flip
keeps up to date. `part` and the arrays of `Parts` are changed in place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.contiguity import search_of, stays_whole
from gis.partition.flips import draw
from gis.partition.graph import PieceGraph


class Net(NamedTuple):
    """Graph in compressed rows; `back` is the opposite of each directed edge; x, y in km."""

    start: npt.NDArray[np.int64]
    near: npt.NDArray[np.int64]
    source: npt.NDArray[np.int64]
    back: npt.NDArray[np.int64]
    load: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


class Weights(NamedTuple):
    """Limits of a part's load and what the terms of the score weigh."""

    low: int
    high: int
    scale: float
    penalty: float
    cut: float
    inertia: float


class Parts(NamedTuple):
    """Load and centre unit of each part; the cut edges, and the place of each edge among them."""

    load: npt.NDArray[np.int64]
    centre: npt.NDArray[np.int64]
    cuts: npt.NDArray[np.int64]
    where: npt.NDArray[np.int64]
    listed: npt.NDArray[np.int64]


def net_of(graph: PieceGraph) -> Net:
    """Arrays of a graph for the compiled loops."""
    matrix = graph.adjacency
    start, near = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    source = np.repeat(np.arange(graph.size), np.diff(start))
    back = np.empty(len(near), np.int64)
    back[np.lexsort((source, near))] = np.arange(len(near))
    x, y = graph.x - graph.x.mean(), graph.y - graph.y.mean()
    return Net(start, near, source, back, graph.load, x / 1000.0, y / 1000.0)


@njit(cache=True)
def parts_of(net, part, k):  # type: ignore[no-untyped-def]
    """Sums and cut edges of a division, from scratch; centres are not set."""
    m = len(net.near)
    parts = Parts(
        np.zeros(k, np.int64),
        np.zeros(k, np.int64),
        np.empty(m, np.int64),
        np.full(m, -1, np.int64),
        np.zeros(1, np.int64),
    )
    for v in range(len(part)):
        parts.load[part[v]] += net.load[v]
    for e in range(m):
        if part[net.source[e]] != part[net.near[e]]:
            _list(parts, e)
    return parts


@njit(cache=True)
def _list(parts, e):  # type: ignore[no-untyped-def]
    parts.cuts[parts.listed[0]] = e
    parts.where[e] = parts.listed[0]
    parts.listed[0] += 1


@njit(cache=True)
def _unlist(parts, e):  # type: ignore[no-untyped-def]
    parts.listed[0] -= 1
    last = parts.cuts[parts.listed[0]]
    parts.cuts[parts.where[e]] = last
    parts.where[last] = parts.where[e]
    parts.where[e] = -1


@njit(cache=True)
def misfit(goals, load):  # type: ignore[no-untyped-def]
    """Convex penalty of a load outside the limits, 0 within them."""
    out = 0.0
    if load > goals.high:
        out = (load - goals.high) / goals.scale
    elif load < goals.low:
        out = (goals.low - load) / goals.scale
    return goals.penalty * (out + out * out)


@njit(cache=True)
def moment(net, v, centre):  # type: ignore[no-untyped-def]
    """Weight times squared distance to a centre, in millions, the distance in whole km."""
    dx, dy = net.x[v] - net.x[centre], net.y[v] - net.y[centre]
    d = np.rint(np.sqrt(dx * dx + dy * dy))
    return net.load[v] * d * d / 1e6


@njit(cache=True)
def flip(net, part, parts, v, b):  # type: ignore[no-untyped-def]
    """Move v to part b and bring sums and cut edges up to date."""
    a = part[v]
    parts.load[a] -= net.load[v]
    parts.load[b] += net.load[v]
    part[v] = b
    for e in range(net.start[v], net.start[v + 1]):
        g = part[net.near[e]]
        if g == a:
            _list(parts, e)
            _list(parts, net.back[e])
        elif g == b:
            _unlist(parts, e)
            _unlist(parts, net.back[e])


@njit(cache=True)
def _unfit(goals, load):  # type: ignore[no-untyped-def]
    return 1 if load > goals.high or load < goals.low else 0


@njit(cache=True)
def score(net, goals, part, parts):  # type: ignore[no-untyped-def]
    """What is minimised (cut edges and inertia, without the penalty), and the unfit parts."""
    value = goals.cut * (parts.listed[0] // 2)
    unfit = 0
    for g in range(len(parts.load)):
        unfit += _unfit(goals, parts.load[g])
    if goals.inertia > 0.0:
        for v in range(len(part)):
            value += goals.inertia * moment(net, v, parts.centre[part[v]])
    return value, unfit


@njit(cache=True, nogil=True)
def anneal(net, goals, part, parts, state, proposals, hot, cold, best, best_value):  # type: ignore[no-untyped-def]
    """
    Flip pieces across cut edges under the Metropolis rule while the heat falls.

    Whenever every part fits and the score is below `best_value`, the division is copied to
    `best`. Contiguity always holds. Returns the best value.
    """
    search = search_of(net.start)
    cooling = (cold / hot) ** (1.0 / max(1, proposals))
    heat = hot
    value, unfit = score(net, goals, part, parts)
    for _ in range(proposals):
        heat *= cooling
        if parts.listed[0] == 0:
            break
        e = parts.cuts[int(draw(state) * parts.listed[0])]
        v, b = net.source[e], part[net.near[e]]
        a = part[v]
        load = net.load[v]
        gain = 0
        for f in range(net.start[v], net.start[v + 1]):
            g = part[net.near[f]]
            if g == a:
                gain += 1
            elif g == b:
                gain -= 1
        step = goals.cut * gain
        if goals.inertia > 0.0:
            far = moment(net, v, parts.centre[b]) - moment(net, v, parts.centre[a])
            step += goals.inertia * far
        change = step
        la, lb = parts.load[a], parts.load[b]
        if load > 0:
            change += misfit(goals, la - load) - misfit(goals, la)
            change += misfit(goals, lb + load) - misfit(goals, lb)
        if change > 0.0 and draw(state) >= np.exp(-change / heat):
            continue
        if not stays_whole(net.start, net.near, part, v, search):
            continue
        flip(net, part, parts, v, b)
        value += step
        unfit += _unfit(goals, la - load) - _unfit(goals, la)
        unfit += _unfit(goals, lb + load) - _unfit(goals, lb)
        if unfit == 0 and value < best_value - 1e-9:
            best_value = value
            best[:] = part
    return best_value


@njit(cache=True, nogil=True)
def recentre(net, part, parts):  # type: ignore[no-untyped-def]
    """
    Set each part's centre to the unit of least inertia near its centre of weight.

    Starts at the unit nearest to the centre of weight and walks to better neighbours inside
    the part. Inertia never rises when the old centre still belongs to its part.
    """
    k = len(parts.load)
    mass, mx, my = np.zeros(k), np.zeros(k), np.zeros(k)
    for v in range(len(part)):
        g = part[v]
        mass[g] += net.load[v]
        mx[g] += net.load[v] * net.x[v]
        my[g] += net.load[v] * net.y[v]
    order = np.argsort(part, kind="mergesort")
    first = np.searchsorted(part[order], np.arange(k + 1))
    for g in range(k):
        members = order[first[g] : first[g + 1]]
        if len(members) == 0 or mass[g] <= 0:
            continue
        cx, cy = mx[g] / mass[g], my[g] / mass[g]
        off = (net.x[members] - cx) ** 2 + (net.y[members] - cy) ** 2
        pick = members[np.argmin(off)]
        old = parts.centre[g]
        cost = _about(net, members, pick)
        if part[old] == g and old != pick and _about(net, members, old) < cost:
            pick, cost = old, _about(net, members, old)
        walking = True
        while walking:
            walking = False
            for e in range(net.start[pick], net.start[pick + 1]):
                u = net.near[e]
                if part[u] == g:
                    other = _about(net, members, u)
                    if other < cost:
                        pick, cost = u, other
                        walking = True
        parts.centre[g] = pick


@njit(cache=True)
def _about(net, members, centre):  # type: ignore[no-untyped-def]
    total = 0.0
    for v in members:
        total += moment(net, v, centre)
    return total
