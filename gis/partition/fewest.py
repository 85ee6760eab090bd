"""
As few grids as the search finds, and a bound on how few there can be.

Attempts at ever fewer grids, and neighbourhoods divided anew (`gis.partition.windows`), fill a
pool; a set partitioning program puts grids of different divisions together anew; prices
(`gis.partition.prices`) tell when to stop. What they leave open on a small graph is decided by an
exact search (`gis.partition.proof`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from gis.partition.bounds import Bound, fewest_grids
from gis.partition.engine import Effort, Progress, Wishes, adopt_unlabelled, attempt, polish
from gis.partition.graph import Ints, PieceGraph
from gis.partition.prices import Prices, price_bound
from gis.partition.proof import decide, is_within
from gis.partition.recombine import Pool, recombined
from gis.partition.windows import Windows, briefly

_MOST_GRIDS = 800  # grids of a pool above which putting them together anew takes too long


@dataclass(frozen=True, slots=True)
class Divided:
    """Grid of each piece, 0..k-1, and what is known about the fewest grids."""

    labels: Ints
    bound: Bound


def divide_graph(
    graph: PieceGraph,
    cap: int,
    rng: np.random.Generator,
    *,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Divided:
    """
    Divide a connected graph into few connected grids, each within `cap`.

    A piece above the cap is counted as exactly full: it gets a grid that holds no other load.

    Parameters
    ----------
    graph
        A connected graph with at least one loaded piece.
    cap
        Load a grid may reach, at least 1.
    rng
        Source of all chance; the same generator state gives the same answer.

    Returns
    -------
    divided
        Every grid is connected and holds a loaded piece; the bound holds for every division.
    """
    goals, task = effort or Effort(), wishes or Wishes()
    clipped = replace(graph, load=np.minimum(graph.load, cap))
    bound = fewest_grids(clipped, cap)
    labels = np.full(graph.size, -1, np.int64)
    labels[bound.alone] = np.arange(bound.alone.sum())
    price, block_grids = np.zeros(graph.size, np.int64), bound.block_grids.copy()
    by_search = 0
    for block in np.flatnonzero(bound.block_grids):
        nodes = np.flatnonzero(bound.block == block)
        made = int(labels.max(initial=-1)) + 1 + int(block_grids[block + 1 :].sum())
        least = int(bound.alone.sum()) + int(block_grids.sum() - block_grids[block])
        part_of = goals.beside(made, least)
        search = _Fewest(clipped.part(nodes), cap, int(block_grids[block]), rng, task, part_of)
        labels[nodes] = search.run() + labels.max(initial=-1) + 1
        if search.prices is not None and search.prices.grids > block_grids[block]:
            block_grids[block] = search.prices.grids
            price[nodes] = search.prices.price
        if search.is_settled:
            by_search += search.found - int(block_grids[block])
            block_grids[block] = search.found
        if progress:
            progress(len(nodes) / graph.size)
    labels = adopt_unlabelled(clipped, labels)
    grids = int(bound.alone.sum()) + int(block_grids.sum())
    known = replace(bound, grids=grids, block_grids=block_grids, price=price, by_search=by_search)
    return Divided(polish(clipped, labels, cap, rng, task, goals), known)


class _Fewest:
    """Search on one connected graph in which no load exceeds the cap."""

    def __init__(
        self,
        graph: PieceGraph,
        cap: int,
        bound: int,
        rng: np.random.Generator,
        task: Wishes,
        effort: Effort,
    ) -> None:
        self.graph, self.cap, self.rng, self.task, self.effort = graph, cap, rng, task, effort
        # Many short attempts find more than few long ones, where they can be put together anew.
        small = graph.size <= effort.large
        self.quick = replace(effort, flips=max(1, effort.flips // 4)) if small else effort
        self.bound = bound
        self.prices: Prices | None = None
        self.is_settled = False
        self.best = np.zeros(0, np.int64)
        self.pool = Pool()
        self.loaded = int((graph.load > 0).sum())

    @property
    def found(self) -> int:
        """Grids of the best division so far."""
        return int(self.best.max(initial=-1)) + 1

    @property
    def is_over(self) -> bool:
        """Whether no fewer grids can come, or nobody waits for them."""
        return self.found <= self.bound or self.effort.is_stopped

    def run(self) -> Ints:
        """Return the best division found."""
        if self.bound == 1 and int(self.graph.load.sum()) <= self.cap:
            return np.zeros(self.graph.size, np.int64)
        self._start()
        if self.graph.size <= self.effort.large:
            self._search()
        if self.graph.size <= self.effort.large and self.effort.proof.pieces:
            self._settle()
        return self.best

    def _search(self) -> None:
        """Try again, tell how few grids there can be, and walk until they are reached."""
        flips = max(self.quick.flips * self.graph.size, 1)
        self._try_again(int(np.clip(self.effort.work // flips, 4, 200)) // 4)
        self._raise_bound()
        short = briefly(self.effort)
        walk = Windows(self.graph, self.cap, self.best, self.rng, self.task, short, self._keep)
        for _ in range(2):
            walk.walk(self.effort.windows // 2, self.bound)
            if self.is_over:
                return
            self._recombine()
            if self.found < walk.grids:
                walk.labels = self.best

    def _start(self) -> None:
        """Ask for ever more grids until an attempt needs no more than it was asked for."""
        grids, step = self.bound, 1
        while True:
            self._keep(attempt(self.graph, self.cap, min(grids, self.loaded), *self._how()))
            if self.is_over or self.found <= grids or self.graph.size <= self.effort.large:
                return
            # One more at first, then one hundredth more at a time.
            grids, step = grids + step, max(step, math.ceil(grids / 100))

    def _try_again(self, times: int) -> None:
        """Attempt numbers below the best: the further below, the more unlike the outcome."""
        for _ in range(times):
            if self.is_over:
                return
            asked = int(self.rng.integers(self.bound, self.found))
            self._keep(attempt(self.graph, self.cap, asked, *self._how()))

    def _recombine(self) -> None:
        if len(self.pool) > _MOST_GRIDS:
            return
        labels = recombined(self.graph, self.pool.grids, self.found - 1)
        if labels is not None:
            self._improve(adopt_unlabelled(self.graph, labels))

    def _improve(self, labels: Ints) -> None:
        self.best = labels
        if self.effort.tell is not None:
            self.effort.tell(self.found, self.bound)

    def _raise_bound(self) -> None:
        if not self.is_over:
            self._recombine()
            self._price(sharpest=False)

    def _price(self, *, sharpest: bool) -> None:
        before = self.prices
        self.prices = price_bound(
            self.graph,
            self.cap,
            self.pool.grids,
            enough=self.found,
            effort=self.effort.prices,
            sharpest=sharpest,
        )
        if before is not None and (self.prices is None or self.prices.grids < before.grids):
            self.prices = before
        if self.prices is not None:
            self.bound = max(self.bound, self.prices.grids)
            for hint in self.prices.hints:
                where = np.zeros(self.graph.size, np.bool_)
                where[hint] = True
                self.pool.take(self.graph.components(where))

    def _settle(self) -> None:
        """Decide by an exact search whether one grid less is possible, as long as it is."""
        if self.is_over or not is_within(self.graph, self.effort.proof):
            return
        self._price(sharpest=True)
        while not self.is_over:
            verdict = decide(
                self.graph,
                self.cap,
                self.found - 1,
                known=self.pool.grids,
                prices=self.prices,
                effort=self.effort.proof,
            )
            if verdict.labels is not None:
                self._keep(adopt_unlabelled(self.graph, verdict.labels))
            elif verdict.is_ruled_out:
                self.bound, self.is_settled = self.found, True
            else:
                return

    def _keep(self, labels: Ints) -> None:
        if self.graph.size <= self.effort.large:
            self.pool.take(labels)
        if not len(self.best) or labels.max() + 1 < self.found:
            self._improve(labels)

    def _how(self) -> tuple[np.random.Generator, Wishes, Effort]:
        return self.rng, self.task, self.quick
