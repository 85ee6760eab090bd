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
from functools import cached_property

import numpy as np

from gis.partition import annealer, flips, surplus, trees
from gis.partition.annealer import Net, Weights
from gis.partition.clock import Clock
from gis.partition.districts import State
from gis.partition.engine import Wishes, engine_goals, engine_pieces, merged
from gis.partition.flips import Goals, Pieces
from gis.partition.graph import Ints, PieceGraph, piece_graph

_CHUNK = 200_000
_LARGE = 30_000  # units above which the bound itself is out of reach at a first attempt
_SLACK = 0.0028
_HEAT = 1.0  # of surplus, for each time in a row that a part was stuck
_TREES = 4
_CARVING_TREES = 5
_CARVING = 300_000  # units looked at while carving, between looks at the clock
_STEPS = 2_000  # of the surplus, likewise
_PATIENCE = 60  # recombinations without progress after which an attempt ends


@dataclass
class Packing:
    """One connected graph with its cap, its lower bound and the best division so far."""

    graph: PieceGraph
    cap: int
    bound: int
    best: Ints | None = None
    tries: int = 0

    @cached_property
    def _pieces(self) -> Pieces:
        return engine_pieces(self.graph)

    @cached_property
    def _net(self) -> Net:
        return annealer.net_of(self.graph)

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
        fresh, large = self.best is None, self.graph.size > _LARGE
        start = self._carved(k, clock, state) if fresh or not large else self._thinned(k)
        search = self._walked if large else self._search
        part = search(start, k, clock, state, until)
        count = int(trees.split_heavy(self._pieces, self._tree_goals(k), part, k, state))
        if count > k and (fresh or not large):
            part = self._merged(part, count)
        if self.best is None or int(part.max()) + 1 < self.parts:
            self.best = part

    def _merged(self, part: Ints, count: int) -> Ints:
        """Join neighbouring parts that fit one, in the graph of the parts: it is much smaller."""
        a, b = part[self.graph.i], part[self.graph.j]
        load = np.bincount(part, self.graph.load, count).astype(np.int64)
        parts = piece_graph(load, a[a != b], b[a != b])
        return merged(parts, np.arange(count), self.cap)[part]

    def _aim(self) -> int:
        """Parts to try for: the bound at first, then between it and the best so far."""
        if self.best is None:
            return self.bound + int(_SLACK * self.bound if self.graph.size > _LARGE else 0)
        if self.graph.size > _LARGE:
            return self.parts - max(1, (self.parts - self.bound) // 3)
        share = (0.0, 0.5, 0.25, 0.75)[self.tries % 4]
        return self.bound + int(share * (self.parts - 1 - self.bound))

    def _carved(self, k: int, clock: Clock, state: State) -> Ints:
        """Cut along random trees, each the best of a few as long as there is time."""
        part, wanted = np.zeros(self.graph.size, np.int64), np.zeros(k, np.int64)
        wanted[0], current, made = k, 0, 1
        goals = self._tree_goals(k)
        while current < k:
            tries = 1 if clock.is_late() else _CARVING_TREES
            current, made = trees.carve_on(
                *(self._pieces, goals, part, wanted, current, made, state, tries, _CARVING)
            )
        return part

    def _thinned(self, k: int) -> Ints:
        """Take the best division and give its lightest parts to a neighbour, down to k parts."""
        assert self.best is not None  # noqa: S101 - asked for only then
        part, load = self.best.copy(), np.bincount(self.best, self.graph.load, self.parts)
        a = np.concatenate((self.graph.i, self.graph.j))
        b = np.concatenate((self.graph.j, self.graph.i))
        for _ in range(self.parts - k):
            lightest = int(load.argmin())
            beside = np.unique(part[b[(part[a] == lightest) & (part[b] != lightest)]])
            heir = beside[load[beside].argmin()]
            part[part == lightest] = heir
            load[heir] += load[lightest]
            load[lightest] = np.inf
        return np.unique(part, return_inverse=True)[1].astype(np.int64)

    def _search(self, part: Ints, k: int, clock: Clock, state: State, until: float) -> Ints:
        """Flip, and recombine or let the surplus walk, until all fit or nothing helps."""
        n, best, idle = self.graph.size, part.copy(), np.zeros(k, np.int64)
        least, since, turn = self._overload(part, k), 0, 0
        length, hot = 400 * n, 1.0
        while least > 0 and since < _PATIENCE and k > 1:
            if self._flipped(part, k, best, hot, length, clock, state, until):
                return best
            over = self._overload(part, k)
            since = 0 if over < least else since + 1
            if over < least:
                least, best = over, part.copy()
            if clock.is_late() or clock.elapsed > until:
                break
            if turn % 2:
                if self._walk(part, k, 5 * k, state, idle) == 0:
                    return part
            else:
                goals, sums = self._tree_goals(k), flips.sums_of(self._pieces, part, k)
                heat = (1.0, 0.3, 0.1)[turn % 3]
                trees.mend(self._pieces, goals, part, sums, state, 50 + k // 2, heat)
            length, hot, turn = 30 * n, 0.3, turn + 1
        return best

    def _walked(self, part: Ints, k: int, clock: Clock, state: State, until: float) -> Ints:
        """Flip once unless a division is known, then let the surplus walk: for large graphs."""
        best, idle = part.copy(), np.zeros(k, np.int64)
        if self.best is None and self._flipped(
            part, k, best, 1.0, 40 * self.graph.size, clock, state, until
        ):
            return best
        least = left = self._overload(part, k)
        best = part.copy()
        while left > 0 and not clock.is_late() and clock.elapsed <= until:
            left = self._walk(part, k, _STEPS, state, idle)
            if left < least:
                least, best = left, part.copy()
        return best

    def _flipped(
        self,
        part: Ints,
        k: int,
        best: Ints,
        hot: float,
        length: int,
        clock: Clock,
        state: State,
        until: float,
    ) -> bool:
        """Anneal `part` in chunks; whether a division that fits was met, then it is in `best`."""
        unit = max(1.0, float(self.graph.load.mean()) / 6)
        weights, net = Weights(0, self.cap, unit, 4.0, 1.0, 0.0), self._net
        parts = annealer.parts_of(net, part, k)
        for _ in range(max(1, -(-length // _CHUNK))):
            size = min(length, _CHUNK)
            cold = max(0.1, hot * (0.1 / hot) ** (size / length))
            found = annealer.anneal(
                net, weights, part, parts, state, size, hot, cold, best, math.inf
            )
            if found < math.inf:
                return True
            hot = cold
            if clock.is_late() or clock.elapsed > until:
                break
        return False

    def _walk(self, part: Ints, k: int, steps: int, state: State, idle: Ints) -> int:
        """Let the surplus take so many steps; what is left of it."""
        return int(
            surplus.walk_surplus(self._pieces, part, k, self.cap, state, steps, _TREES, idle, _HEAT)
        )

    def _overload(self, part: Ints, k: int) -> int:
        load = np.bincount(part, self.graph.load, k)
        return int(np.maximum(load - self.cap, 0).sum())

    def _tree_goals(self, k: int) -> Goals:
        goals = engine_goals(self.graph, self.cap, k, Wishes(), balance=0.0)
        return goals._replace(inertia=0.0, cut=goals.cut / 5)
