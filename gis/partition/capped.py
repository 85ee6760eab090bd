"""
Fewest connected parts under a cap: tree cuts, annealed flips and recombination in turn.

An attempt at k parts flips units while parts above the cap are punished, then, over and over,
merges each such part with a neighbour and cuts the pair anew along random spanning trees, or lets
the surplus walk (`gis.partition.surplus`), and flips again. What still is too heavy when time is
up is cut in two, so there is always an answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gis.partition import annealer, flips, surplus, trees
from gis.partition.annealer import Weights
from gis.partition.clock import Clock
from gis.partition.districts import State
from gis.partition.engine import Wishes, engine_goals, engine_pieces, merged
from gis.partition.flips import Goals
from gis.partition.graph import Ints, PieceGraph

_CHUNK = 200_000
_LARGE = 30_000  # units above which the bound itself is out of reach at a first attempt
_SLACK = 0.006
_TREES = 4
_PATIENCE = 60  # recombinations without progress after which an attempt ends


@dataclass
class Packing:
    """One connected graph with its cap, its lower bound and the best division so far."""

    graph: PieceGraph
    cap: int
    bound: int
    best: Ints | None = None
    tries: int = 0

    @property
    def parts(self) -> int:
        """Parts of the best division so far."""
        return 0 if self.best is None else int(self.best.max()) + 1

    @property
    def is_settled(self) -> bool:
        """Whether no division can have fewer parts."""
        return self.best is not None and self.parts <= self.bound

    def attempt(self, clock: Clock, state: State, until: float = math.inf) -> None:
        """Try for fewer parts; a first attempt always leaves an answer."""
        clock.rounds += 1
        most = int((self.graph.load > 0).sum())
        k = max(1, min(most, self._aim()))
        self.tries += 1
        part = self._search(k, clock, state, until)
        pieces, goals = engine_pieces(self.graph), self._tree_goals(k)
        count = int(trees.split_heavy(pieces, goals, part, k, state))
        if count > k and count <= 20_000:
            part = merged(self.graph, part, self.cap)
        if self.best is None or int(part.max()) + 1 < self.parts:
            self.best = part

    def _aim(self) -> int:
        """Parts to try for: the bound at first, then between it and the best so far."""
        if self.best is None:
            return self.bound + int(_SLACK * self.bound if self.graph.size > _LARGE else 0)
        share = (0.0, 0.5, 0.25, 0.75)[self.tries % 4]
        return self.bound + int(share * (self.parts - 1 - self.bound))

    def _search(self, k: int, clock: Clock, state: State, until: float) -> Ints:
        graph, n = self.graph, self.graph.size
        pieces, goals = engine_pieces(graph), self._tree_goals(k)
        part: Ints = trees.carve(pieces, goals, k, state, 5)
        if k == 1:
            return part
        net = annealer.net_of(graph)
        weights = Weights(0, self.cap, max(1.0, float(graph.load.mean()) / 6), 4.0, 1.0, 0.0)
        least, since, best = self._overload(part, k), 0, part.copy()
        turn = 0
        length, hot = (400 if n <= _LARGE else 40) * n, 1.0
        while least > 0 and since < _PATIENCE:
            parts = annealer.parts_of(net, part, k)
            for _ in range(max(1, -(-length // _CHUNK))):
                size = min(length, _CHUNK)
                cold = max(0.1, hot * (0.1 / hot) ** (size / length))
                found = annealer.anneal(
                    net, weights, part, parts, state, size, hot, cold, best, math.inf
                )
                if found < math.inf:
                    return best
                hot = cold
                if clock.is_late() or clock.elapsed > until:
                    break
            over = self._overload(part, k)
            since = 0 if over < least else since + 1
            if over < least:
                least, best = over, part.copy()
            if clock.is_late() or clock.elapsed > until:
                break
            if n > _LARGE or turn % 2:
                left = surplus.walk_surplus(pieces, part, k, self.cap, state, 5 * k, _TREES)
                if left == 0:
                    return part
            else:
                sums = flips.sums_of(pieces, part, k)
                trees.mend(pieces, goals, part, sums, state, 50 + k // 2, (1.0, 0.3, 0.1)[turn % 3])
            length, hot, turn = 30 * n, 0.3, turn + 1
        return best

    def _overload(self, part: Ints, k: int) -> int:
        load = np.bincount(part, self.graph.load, k)
        return int(np.maximum(load - self.cap, 0).sum())

    def _tree_goals(self, k: int) -> Goals:
        goals = engine_goals(self.graph, self.cap, k, Wishes(), balance=0.0)
        return goals._replace(inertia=0.0, cut=goals.cut / 5)
