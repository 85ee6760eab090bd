"""
The division of one graph: construction, repair and improvement.

A run for p grids carves p connected parts out of the graph along random spanning trees, lets
them exchange pieces by annealed flips under a penalty for overload, recombines grids that are
still too heavy with their neighbours, and, when some remain, cuts those in two. `fewest` starts
at the lower bound and stops at the first p that works; what comes out is always within the
cap. `polish` then improves shape and balance without ever leaving the cap.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from gis.partition import flips, trees
from gis.partition.flips import Goals, Pieces, Sums
from gis.partition.graph import Ints, PieceGraph
from gis.partition.prices import PriceEffort
from gis.partition.proof import ProofEffort

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How hard to try; counts, never seconds, so that a seed gives the same answer everywhere.

    ``flips`` are proposals for each piece in one annealing, ``most`` the proposals in one
    annealing at most, ``mends`` the pairs recombined for each grid while some are too heavy. On
    a graph of up to ``large`` pieces, attempts are repeated for about ``work / 4`` proposals,
    ``windows`` neighbourhoods are divided anew, prices are looked for within ``prices``, and what
    then stays open on a small graph is searched exactly within ``proof``; `exactly` starts
    ``restarts`` times. Once ``stopped`` is set, the search ends with the best it has, or with the
    first valid answer. ``tell`` hears of each better division: its grids, and the fewest there
    can be.
    """

    flips: int = 400
    restarts: int = 8
    most: int = 3_000_000
    large: int = 2000
    work: int = 1_000_000
    windows: int = 332
    mends: int = 10
    prices: PriceEffort = field(default_factory=PriceEffort)
    proof: ProofEffort = field(default_factory=ProofEffort)
    stopped: threading.Event | None = field(default=None, compare=False)
    tell: Callable[[int, int], None] | None = field(default=None, compare=False)

    @property
    def is_stopped(self) -> bool:
        """Whether the search is to end."""
        return self.stopped is not None and self.stopped.is_set()

    def beside(self, grids: int, least: int) -> Effort:
        """The same for one part of the work, beside which others have grids."""
        tell = self.tell
        if tell is None:
            return self
        return replace(self, tell=lambda more, fewest: tell(grids + more, least + fewest))


_UNPROVEN = Effort(prices=PriceEffort(rounds=0), proof=ProofEffort(pieces=0))

QUICK = replace(_UNPROVEN, flips=200, restarts=2, work=0, windows=0)
"""For answers that somebody waits for: a few attempts, no search for prices or a proof."""

BATCH = replace(_UNPROVEN, work=500_000, windows=60, mends=3)
"""For whole cities: many short attempts, the bound that of the bins."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Soft goals of a division: weights, and the load below which a grid is too small."""

    balance: float = 1.0
    compactness: float = 1.0
    low: int = 0


def exactly(
    graph: PieceGraph,
    cap: int | None,
    grids: int,
    mean: float,
    rng: np.random.Generator,
    task: Wishes,
    effort: Effort,
) -> Ints | None:
    """
    Divide a connected graph into exactly `grids` grids, loads as near to `mean` as can be.

    Returns None when no division within `cap` was found (never without a cap). Needs at least
    `grids` loaded pieces.
    """
    limit = cap if cap is not None else int(graph.load.sum()) + 1
    goals = engine_goals(graph, limit, grids, task, mean=mean, balance=1000.0)
    best: Ints | None = None
    best_key = (math.inf, math.inf)
    for _ in range(effort.restarts):
        part = _settled(graph, goals, grids, rng, effort)
        sums = flips.sums_of(engine_pieces(graph), part, grids)
        worst = float(np.abs(sums.load / mean - 1).max()) if mean else 0.0
        key = (round(worst, 3), float(flips.energy(engine_pieces(graph), goals, part, sums)))
        if sums.load.max() <= limit and key < best_key:
            best, best_key = part, key
        if effort.is_stopped and best is not None:
            break
    return best


def polish(
    graph: PieceGraph,
    labels: Ints,
    cap: int,
    rng: np.random.Generator,
    task: Wishes,
    effort: Effort,
) -> Ints:
    """Improve shape and balance of a division within the cap; loads never rise above it."""
    grids = int(labels.max(initial=-1)) + 1
    if grids < 2:
        return labels
    pieces, goals = engine_pieces(graph), engine_goals(graph, cap, grids, task)
    state = _state(rng)
    best = labels.copy()
    best_score = math.inf
    for heat in (0.15, 0.04, 0.01):
        if effort.is_stopped:
            break
        part = best.copy()
        sums = flips.sums_of(pieces, part, grids)
        if best_score == math.inf:
            best_score = float(flips.energy(pieces, goals, part, sums))
        flips.anneal(pieces, goals, part, sums, state, _proposals(graph, effort), heat, 1e-3, True)
        score = float(flips.energy(pieces, goals, part, flips.sums_of(pieces, part, grids)))
        if score < best_score:
            best, best_score = part, score
    return best


def adopt_unlabelled(graph: PieceGraph, labels: Ints) -> Ints:
    """Give each unlabelled (-1) piece to the labelled neighbour it shares most border with."""
    labels = labels.copy()
    count = int(labels.max(initial=-1)) + 1
    while count and (labels < 0).any():
        a, b = np.r_[graph.i, graph.j], np.r_[graph.j, graph.i]
        length = np.r_[graph.length, graph.length]
        edge = (labels[a] < 0) & (labels[b] >= 0)
        if not edge.any():
            break
        pairs, inverse = np.unique(a[edge] * count + labels[b[edge]], return_inverse=True)
        shared = np.bincount(inverse, length[edge])
        order = np.lexsort((pairs % count, -shared, pairs // count))
        piece, first = np.unique(pairs[order] // count, return_index=True)
        labels[piece] = (pairs[order] % count)[first]
    return labels


def attempt(
    graph: PieceGraph, cap: int, grids: int, rng: np.random.Generator, task: Wishes, effort: Effort
) -> Ints:
    """Divide a connected graph into `grids` grids within `cap`, or, failing that, into more."""
    goals = engine_goals(graph, cap, grids, task)
    part = _settled(graph, goals, grids, rng, effort)
    count = int(trees.split_heavy(engine_pieces(graph), goals, part, grids, _state(rng)))
    return merged(graph, part, cap) if count > grids else part


def _settled(
    graph: PieceGraph, goals: Goals, grids: int, rng: np.random.Generator, effort: Effort
) -> Ints:
    """Carve, anneal and mend: `grids` connected parts, perhaps some above the cap."""
    pieces, state = engine_pieces(graph), _state(rng)
    part: Ints = trees.carve(pieces, goals, grids, state, 5)
    if grids < 2:
        return part
    sums = flips.sums_of(pieces, part, grids)
    proposals = _proposals(graph, effort)
    flips.anneal(pieces, goals, part, sums, state, proposals, 0.5, 0.005, False)
    for heat in (0.3, 0.1, 0.03):
        if sums.load.max() <= goals.cap:
            break
        trees.mend(pieces, goals, part, sums, state, effort.mends * (grids + 5), heat)
        flips.anneal(pieces, goals, part, sums, state, proposals // 2, heat / 2, 0.002, False)
    return part


def merged(graph: PieceGraph, part: Ints, cap: int) -> Ints:
    """Join neighbouring grids that fit one, the lightest pairs first."""
    while True:
        part = np.unique(part, return_inverse=True)[1].astype(np.int64)
        count = int(part.max()) + 1
        load = np.zeros(count, np.int64)
        np.add.at(load, part, graph.load)
        a, b = part[graph.i], part[graph.j]
        fit = (a != b) & (load[a] + load[b] <= cap)
        if not fit.any():
            return part
        pick = np.flatnonzero(fit)[np.argmin((load[a] + load[b])[fit])]
        part[part == b[pick]] = a[pick]


def engine_pieces(graph: PieceGraph) -> Pieces:
    matrix = graph.adjacency
    return Pieces(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float64),
        graph.load,
        graph.x - graph.x.mean(),
        graph.y - graph.y.mean(),
        graph.mass,
    )


def engine_goals(
    graph: PieceGraph,
    cap: int,
    grids: int,
    task: Wishes,
    *,
    mean: float | None = None,
    balance: float = 2.0,
) -> Goals:
    """Scale the terms so that each grid of an even, round division costs about 1 for each."""
    total = float(graph.load.sum())
    scale = float(cap) if mean is None else max(mean, 1.0)
    typical = float(graph.length.mean()) if len(graph.length) else 1.0
    border = 2.0 * math.sqrt(graph.size / grids) * typical
    round_inertia = graph.mass.sum() * _spread(graph) / grids**2
    return Goals(
        cap=int(cap),
        scale=scale,
        mean=total / grids / scale if mean is None else mean / scale,
        low=task.low / scale,
        over=50.0,
        under=5.0,
        balance=balance * task.balance,
        cut=2.0 * task.compactness / border,
        inertia=task.compactness / round_inertia if round_inertia > 0 else 0.0,
    )


def _spread(graph: PieceGraph) -> float:
    """Mean squared distance from the centre of the round place with the same area."""
    weights = graph.mass / graph.mass.sum()
    dx, dy = graph.x - weights @ graph.x, graph.y - weights @ graph.y
    xx, yy, xy = weights @ dx**2, weights @ dy**2, weights @ (dx * dy)
    determinant = xx * yy - xy**2
    return 2.0 * math.sqrt(determinant) if determinant > 1e-6 * xx * yy else float(xx + yy)


def _proposals(graph: PieceGraph, effort: Effort) -> int:
    if effort.is_stopped:
        return 5_000
    return int(min(effort.most, max(5_000, effort.flips * graph.size)))


def _state(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return rng.integers(1, 2**63, 1, dtype=np.uint64)


__all__ = [
    "BATCH",
    "QUICK",
    "Effort",
    "Sums",
    "Wishes",
    "adopt_unlabelled",
    "attempt",
    "exactly",
    "polish",
]
