"""
Last pass over a division: annealed flips that know the true outlines of the grids.

The engine's flips see held borders and inertia, for which a long strip along a courtyard costs
little. Here every grid also pays ``outline² / (4π area)``, the inverse of its Polsby-Popper
measure, which grows the faster the worse a grid is shaped; the edge of the community counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition import flips
from gis.partition.contiguity import search_of, stays_whole
from gis.partition.engine import Effort, Wishes, engine_goals, engine_pieces
from gis.partition.graph import Floats, Ints, PieceGraph

_SHAPE = 3.0
_FLIPS, _MOST = 300, 400_000
_HEATS = (2.0, 0.5, 0.1)


@dataclass(frozen=True, slots=True)
class Outline:
    """Outline of each piece of a graph, and the open border of each of its pairs, in metres."""

    rim_m: Floats
    open_m: Floats

    def part(self, graph: PieceGraph, nodes: Ints) -> Outline:
        """Return that of ``graph.part(nodes)``."""
        inside = np.isin(graph.i, nodes) & np.isin(graph.j, nodes)
        return Outline(self.rim_m[nodes], self.open_m[inside])


class Outlines(NamedTuple):
    """Outline of each piece, the open border of each directed edge, and what shape weighs."""

    rim: npt.NDArray[np.float64]
    shared: npt.NDArray[np.float64]
    weight: float


def smooth(
    graph: PieceGraph,
    outline: Outline,
    labels: Ints,
    cap: int,
    rng: np.random.Generator,
    wishes: Wishes,
    effort: Effort,
) -> Ints:
    """
    Improve the shape of a division by its true outlines.

    Parameters
    ----------
    graph, labels
        A connected graph whose masses are areas in square metres, and its division into
        connected grids 0..k-1. Loads above `cap` stay alone.
    outline
        Of the pieces of the graph, and of its pairs.

    Returns
    -------
    labels
        As many grids, connected; none above `cap` or below the minimum that was not before.
    """
    grids = int(labels.max(initial=-1)) + 1
    if grids < 2 or not wishes.compactness or effort.is_stopped:
        return labels
    pieces, goals = engine_pieces(graph), engine_goals(graph, cap, grids, wishes)
    shared = replace(graph, length=np.maximum(outline.open_m, 1e-9)).adjacency.data
    outlines = Outlines(outline.rim_m, shared, _SHAPE * wishes.compactness)
    state = rng.integers(1, 2**63, 1, dtype=np.uint64)
    best, least = labels.copy(), _cost(pieces, goals, outlines, labels, grids)
    for heat in _HEATS:
        part = best.copy()
        proposals = min(_MOST, _FLIPS * graph.size)
        _anneal(pieces, goals, outlines, part, grids, state, proposals, heat, 1e-3)
        cost = _cost(pieces, goals, outlines, part, grids)
        if cost < least:
            best, least = part, cost
    return best


def _cost(
    pieces: flips.Pieces, goals: flips.Goals, outlines: Outlines, part: Ints, grids: int
) -> float:
    sums = flips.sums_of(pieces, part, grids)
    length = lengths_of(pieces, outlines, part, grids)
    shape = float((length**2 / sums.mass).sum()) / (4.0 * math.pi)
    return float(flips.energy(pieces, goals, part, sums)) + outlines.weight * shape


@njit(cache=True)
def lengths_of(pieces, outlines, part, grids):  # type: ignore[no-untyped-def]
    """Length of the outline of every grid, holes included, from scratch."""
    length = np.zeros(grids)
    for v in range(len(part)):
        length[part[v]] += outlines.rim[v]
        for e in range(pieces.start[v], pieces.start[v + 1]):
            if part[v] == part[pieces.near[e]]:
                length[part[v]] -= outlines.shared[e]
    return length


@njit(cache=True)
def _anneal(pieces, goals, outlines, part, grids, state, proposals, hot, cold):  # type: ignore[no-untyped-def]
    """Flip pieces across borders while it cools; caps, minima and contiguity always hold."""
    sums = flips.sums_of(pieces, part, grids)
    length = lengths_of(pieces, outlines, part, grids)
    search = search_of(pieces.start)
    cooling = (cold / hot) ** (1.0 / max(1, proposals))
    scale = outlines.weight / (4.0 * math.pi)
    heat = hot
    for _ in range(proposals):
        heat *= cooling
        v = int(flips.draw(state) * len(part))
        degree = pieces.start[v + 1] - pieces.start[v]
        if degree == 0:
            continue
        a, b = part[v], part[pieces.near[pieces.start[v] + int(flips.draw(state) * degree)]]
        if a == b or not _may_move(pieces, goals, sums, v, a, b):
            continue
        border_a = border_b = with_a = with_b = 0.0
        for e in range(pieces.start[v], pieces.start[v + 1]):
            if part[pieces.near[e]] == a:
                border_a += pieces.border[e]
                with_a += outlines.shared[e]
            elif part[pieces.near[e]] == b:
                border_b += pieces.border[e]
                with_b += outlines.shared[e]
        mass = pieces.mass[v]
        if sums.mass[a] <= mass:
            continue
        rest = length[a] - outlines.rim[v] + 2.0 * with_a
        more = length[b] + outlines.rim[v] - 2.0 * with_b
        change = flips.change_of(pieces, goals, sums, v, a, b, border_a, border_b)
        change += scale * (rest * rest / (sums.mass[a] - mass) - length[a] ** 2 / sums.mass[a])
        change += scale * (more * more / (sums.mass[b] + mass) - length[b] ** 2 / sums.mass[b])
        if change > 0.0 and flips.draw(state) >= np.exp(-change / heat):
            continue
        if not stays_whole(pieces.start, pieces.near, part, v, search):
            continue
        flips.shift(pieces, sums, v, a, -1)
        flips.shift(pieces, sums, v, b, 1)
        length[a], length[b] = rest, more
        part[v] = b


@njit(cache=True)
def _may_move(pieces, goals, sums, v, a, b):  # type: ignore[no-untyped-def]
    """Whether loads allow the move: nobody rises above the cap or falls below the minimum."""
    load = pieces.load[v]
    if load == 0:
        return True
    if sums.loaded[a] == 1 or sums.load[b] + load > goals.cap:
        return False
    left = (sums.load[a] - load) / goals.scale
    return left >= goals.low or sums.load[a] / goals.scale < goals.low
