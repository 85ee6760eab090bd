"""
A lower bound from prices: what no grid can hold for more than so much, cannot be had with few.

Give each piece a price (negative for a piece without load, which helps a grid only as a bridge).
If no grid can hold pieces worth more than M, then at least ceil(sum of all prices / M) grids are
needed, since every piece lies in one grid. M is found over a relaxation that contains every
possible grid (`gis.partition.reach`). The best prices are the dual values of the linear program
that covers all pieces with as few such sets as possible, solved by column generation (Gilmore
and Gomory, 1961) with smoothed duals (Wentges, 1997), from the loads as first prices. Prices are
whole numbers, so that the bound is exact, whatever the linear program's rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import highspy
import numpy as np

from gis.partition.graph import Floats, Ints, PieceGraph
from gis.partition.reach import Reach, best_grids, reach_of

_SMALL, _BUNDLE = 0.08, 0.15  # shares of the target
_SCALE = 1_000_000
_SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class PriceEffort:
    """Limits of the search for prices, in counts: rounds, knapsack steps, nodes of all trees."""

    rounds: int = 60
    steps: int = 600
    nodes: int = 250_000


@dataclass(frozen=True, slots=True)
class Prices:
    """
    Prices that prove at least `grids` grids, since no grid can be worth more than `most`.

    ``hints`` are sets of pieces that the linear program chose, in whole or in part: where they
    are connected they make good grids.
    """

    price: Ints
    most: int
    grids: int
    hints: tuple[Ints, ...] = ()


def price_bound(
    graph: PieceGraph,
    target: int,
    found: Iterable[Ints],
    *,
    enough: int,
    effort: PriceEffort | None = None,
    sharpest: bool = False,
) -> Prices | None:
    """
    Bound the grids of one graph from below by prices.

    Parameters
    ----------
    graph
        Pieces; loads above `target` count as `target`.
    found
        Grids of divisions already found, as arrays of pieces: a warm start.
    enough
        A bound this high ends the search: a division with so many grids is known.
    sharpest
        Go on when the bound, rounded up, can rise no more: the sharpest prices are wanted.

    Returns
    -------
    prices
        None when the graph is too large for `effort`, or it allows no rounds.
    """
    limits = effort or PriceEffort()
    if not graph.load.any() or not limits.rounds:
        return None
    reach = reach_of(graph, target, most_steps=limits.steps, most_nodes=limits.nodes)
    if reach is None:
        return None
    cover = _Cover(graph, target, found)
    anchor = cover.by_load
    best = _priced(cover, reach, anchor)[0]
    hints: dict[int, Ints] = {}
    for _ in range(limits.rounds):
        total, dual = cover.solve()
        hints.update(cover.chosen())
        for trial in _trials(dual, anchor):
            prices, sets = _priced(cover, reach, trial)
            if _is_better(prices, best):
                best, anchor = prices, trial
            if cover.add(sets):
                break
        else:
            break
        if best.grids >= (enough if sharpest else min(enough, math.ceil(total - 1e-6))):
            break  # the program itself, or a division, says that no more can come
    return replace(best, hints=tuple(hints.values()))


def _trials(dual: Floats, anchor: Floats) -> list[Floats]:
    return [_SMOOTHING * anchor + (1.0 - _SMOOTHING) * dual, dual]


def _is_better(prices: Prices, best: Prices) -> bool:
    return int(prices.price.sum()) * best.most > int(best.price.sum()) * prices.most


def _priced(cover: _Cover, reach: Reach, dual: Floats) -> tuple[Prices, list[Ints]]:
    """Round the dual values to prices, and find the sets that they price too low."""
    price = np.floor(cover.of_pieces(dual) * _SCALE)
    count = len(reach.first) - 1
    value, first = np.zeros(count), np.zeros(count + 1, np.int64)
    pieces = np.empty(len(reach.nodes), np.int64)
    found = int(best_grids(reach, price, float(_SCALE), value, first, pieces))
    most = max(int(value.max()), 1)
    whole = price.astype(np.int64)
    sets = [np.sort(pieces[first[k] : first[k + 1]]) for k in range(found)]
    return Prices(whole, most, max(-(-int(whole.sum()) // most), 0)), sets


class _Cover:
    """
    The linear program: fewest sets that cover every loaded piece; others at most once.

    Small pieces side by side share one row, by which they are priced by their load alone:
    fewer rows make a bound that is hardly lower much sooner.
    """

    def __init__(self, graph: PieceGraph, target: int, found: Iterable[Ints]) -> None:
        load = np.minimum(graph.load, target)
        self.row = _bundles(graph, load, target)
        self.rows = int(self.row.max()) + 1
        total = np.bincount(self.row, load, self.rows)
        self.by_load: Floats = total / target
        self.share = np.where(load > 0, load / np.maximum(total[self.row], 1.0), 1.0)
        self.known: set[bytes] = set()
        self.sets: list[Ints] = []
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("simplex_strategy", 4)  # primal: columns come, rows stay
        infinite = highspy.kHighsInf
        for loaded in total > 0:
            self.model.addRow(*((1.0, infinite) if loaded else (-infinite, 1.0)), 0, [], [])
        self.add(found)
        self.add(np.array([v]) for v in np.flatnonzero(load > 0))

    def add(self, sets: Iterable[Ints]) -> int:
        """Add sets of pieces that are new; returns how many were."""
        added = 0
        for pieces in sets:
            key = pieces.astype(np.int32).tobytes()
            if key in self.known:
                continue
            self.known.add(key)
            self.sets.append(pieces)
            rows, inverse = np.unique(self.row[pieces], return_inverse=True)
            share = np.bincount(inverse, self.share[pieces])
            self.model.addCol(1.0, 0.0, highspy.kHighsInf, len(rows), rows, share)  # type: ignore[arg-type]
            added += 1
        return added

    def solve(self) -> tuple[float, Floats]:
        """Value and dual values of the rows."""
        self.model.run()
        return (
            float(self.model.getInfo().objective_function_value),
            np.asarray(self.model.getSolution().row_dual, np.float64),
        )

    def chosen(self) -> dict[int, Ints]:
        """Sets that the last solution uses, by their number."""
        value = np.asarray(self.model.getSolution().col_value)
        return {int(k): self.sets[k] for k in np.flatnonzero(value > 1e-6)}

    def of_pieces(self, dual: Floats) -> Floats:
        """Dual value of each piece: its row's, by its share of the row's load."""
        return dual[self.row] * self.share


def _bundles(graph: PieceGraph, load: Ints, target: int) -> Ints:
    """Row of each piece: one of its own, or one with small pieces that it touches."""
    row = np.full(graph.size, -1, np.int64)
    alone = (load >= _SMALL * target) | (load == 0)
    row[alone] = np.arange(int(alone.sum()))
    rows = int(alone.sum())
    start, near = graph.adjacency.indptr, graph.adjacency.indices
    for seed in np.flatnonzero(~alone):
        if row[seed] >= 0:
            continue
        row[seed], weight, queue = rows, int(load[seed]), [int(seed)]
        for v in queue:
            for u in near[start[v] : start[v + 1]]:
                if row[u] < 0 and weight + load[u] <= _BUNDLE * target:
                    row[u] = rows
                    weight += int(load[u])
                    queue.append(int(u))
        rows += 1
    return row
