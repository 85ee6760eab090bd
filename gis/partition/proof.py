"""
Whether a small graph can be divided into so few grids: an exact search, within limits.

Every grid that such a division may hold is listed (`gis.partition.possible`). In a division into
few grids none may waste much: where no grid is worth more than M by some prices, and the prices of
all pieces add up to P, each of K grids is worth at least P - (K - 1) M. Loads are such prices (M is
the target); better ones come from the linear program that covers the pieces with listed grids
(column generation, as in `gis.partition.prices`), and shorten the list as they improve. When K M <
P, no division is left: that is shown in whole numbers. Else HiGHS chooses among the grids left
(a set partitioning program, as in vehicle routing: Baldacci, Christofides and Mingozzi, 2008).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from gis.partition.graph import Floats, Ints, PieceGraph
from gis.partition.possible import (
    MOST_PIECES,
    Small,
    Worth,
    needed_pieces,
    possible_grids,
    small_graph,
    worths,
)
from gis.partition.prices import Prices
from gis.partition.recombine import choice

_SCALE = 1_000_000
_SMOOTHING = 0.5
_MOST_WITH_GROUND = 10  # times more pieces than may be needed: no use in looking closer
_TAKEN = 200  # columns added in one round


@dataclass(frozen=True, slots=True)
class ProofEffort:
    """
    Limits of the exact search, in counts: no ``pieces``, no search.

    ``pieces`` that a division needs (never more than 60), ``sets`` listed and ``steps`` made to
    list them, ``rounds`` of prices, ``columns`` HiGHS chooses among, ``nodes`` that it searches.
    """

    pieces: int = 60
    sets: int = 500_000
    steps: int = 4_000_000
    rounds: int = 60
    columns: int = 20_000
    nodes: int = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """A division into so few grids (-1: in none), or whether there is none; or neither is known."""

    labels: Ints | None = None
    is_ruled_out: bool = False


def is_within(graph: PieceGraph, effort: ProofEffort) -> bool:
    """Whether a graph is small enough for the search, without the pieces that connect nothing."""
    loaded = int((graph.load > 0).sum())
    if loaded > effort.pieces or graph.size > _MOST_WITH_GROUND * MOST_PIECES:
        return False
    return len(needed_pieces(graph)) <= min(effort.pieces, MOST_PIECES)


def decide(
    graph: PieceGraph,
    target: int,
    most: int,
    *,
    known: Iterable[Ints] = (),
    prices: Prices | None = None,
    effort: ProofEffort | None = None,
) -> Verdict:
    """
    Decide whether at most `most` connected grids within `target` hold every loaded piece.

    Parameters
    ----------
    graph
        Pieces; loads above `target` count as `target`.
    known
        Grids of divisions already found, as arrays of pieces: a warm start.
    prices
        Prices already found (`gis.partition.prices.price_bound`).

    Returns
    -------
    verdict
        Labels are a division in which pieces without load may lie in no grid. The same
        arguments give the same verdict; it is open when a limit of `effort` was met.
    """
    limits = effort or ProofEffort()
    if not graph.load.any() or not is_within(graph, limits):
        return Verdict()
    small = small_graph(graph, target)
    wanted = [_worth(small.size, target, most)]
    if prices is not None:
        wanted.append(_worth(prices.price[small.piece], prices.most, most))
    groups, done = possible_grids(small, target, wanted, sets=limits.sets, steps=limits.steps)
    if done > limits.steps:
        return Verdict()
    groups = _shortened(groups, small, most, _as_bits(known, small, graph.size), limits.rounds)
    if not len(groups):
        return Verdict(is_ruled_out=True)
    return _chosen(graph, small, groups, most, limits)


def _worth(price: Ints, highest: int, most: int) -> Worth:
    """
    What each of `most` grids must be worth, when none is worth more than `highest`.

    Pieces without load have prices of at most 0: where one lies in no grid, the sum only rises.
    """
    total = sum(price.tolist())
    rounded = 1e-12 * float(total + most * highest)  # loads may be beyond what floats hold exactly
    return Worth(price.astype(np.float64), float(total - (most - 1) * highest) - rounded)


def _as_bits(known: Iterable[Ints], small: Small, size: int) -> Ints:
    bit = np.zeros(size, np.int64)
    bit[small.piece] = np.left_shift(np.int64(1), np.arange(len(small.piece), dtype=np.int64))
    alone = bit[small.piece[small.size > 0]]
    held = np.array([int(bit[grid].sum()) for grid in known], np.int64)
    return np.unique(np.concatenate((alone, held[held > 0])))


def _shortened(groups: Ints, small: Small, most: int, warm: Ints, rounds: int) -> Ints:
    """Leave out the grids that no division into `most` can hold; all of them, if there is none."""
    cover, anchor = _Cover(small, warm), None
    best = 0.0
    for _ in range(rounds):
        if not len(groups):
            break
        dual = cover.solve()
        for trial in _trials(dual, anchor):
            price = np.floor(trial * _SCALE)
            price[small.size == 0] = np.minimum(price[small.size == 0], 0.0)
            worth = worths(groups, price)
            highest = max(float(worth.max()), 1.0)
            better = float(price.sum()) / highest
            if better > best:
                best, anchor = better, trial
            lacking = np.flatnonzero(worth > _SCALE)
            lacking = lacking[np.argsort(-worth[lacking], kind="stable")[:_TAKEN]]
            added = cover.add(groups[lacking])
            least = float(price.sum()) - (most - 1) * highest
            groups = groups[worth >= least] if least <= highest else groups[:0]
            if added or not len(groups):
                break
        else:
            break
    return groups


def _trials(dual: Floats, anchor: Floats | None) -> list[Floats]:
    if anchor is None:
        return [dual]
    return [_SMOOTHING * anchor + (1.0 - _SMOOTHING) * dual, dual]


class _Cover:
    """The linear program: fewest sets that cover every loaded piece; others at most once."""

    def __init__(self, small: Small, groups: Ints) -> None:
        self.known: set[int] = set()
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("simplex_strategy", 4)  # primal: columns come, rows stay
        infinite = highspy.kHighsInf
        for loaded in small.size > 0:
            self.model.addRow(*((1.0, infinite) if loaded else (-infinite, 1.0)), 0, [], [])
        self.pieces = len(small.piece)
        self.add(groups)

    def add(self, groups: Ints) -> int:
        """Add sets that are new; returns how many were."""
        new = [g for g in groups.tolist() if g not in self.known]
        self.known.update(new)
        for group in new:
            rows = np.array([v for v in range(self.pieces) if group >> v & 1], np.int32)
            self.model.addCol(1.0, 0.0, highspy.kHighsInf, len(rows), rows, np.ones(len(rows)))
        return len(new)

    def solve(self) -> Floats:
        """Dual values of the rows."""
        self.model.run()
        return np.asarray(self.model.getSolution().row_dual, np.float64)


def _chosen(
    graph: PieceGraph, small: Small, groups: Ints, most: int, limits: ProofEffort
) -> Verdict:
    """Let HiGHS choose among the grids that are left."""
    if len(groups) > limits.columns:
        return Verdict()
    rows = np.array([(groups >> v) & 1 for v in range(len(small.piece))], np.float64)
    matrix = sparse.csc_array(rows)
    found = choice(matrix, (small.size > 0).astype(np.float64), most, nodes=limits.nodes)
    if found.sets is None:
        return Verdict(is_ruled_out=found.is_ruled_out)
    labels = np.full(graph.size, -1, np.int64)
    member = matrix[:, found.sets].tocoo()
    labels[small.piece[member.row]] = member.col
    return Verdict(labels)
