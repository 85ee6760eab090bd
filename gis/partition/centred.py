"""
Least inertia by way of the centres: good sets of centres first, then the best division of each.

Sets are drawn from power diagrams and walk downhill in the dual value, which bounds what they
can give. Those that still may beat the best division so far are settled exactly, the most
promising first, together with the neighbours of the best division's own centres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gis.partition import annealer, centres, power
from gis.partition.assigning import assigned
from gis.partition.clock import Clock
from gis.partition.districts import Hunt
from gis.partition.graph import Floats, Ints

Flags = npt.NDArray[np.bool_]

_WORK = 400_000  # units x parts up to which centres are searched
_STARTS = 40
_STEPS = 25  # price steps for one trial of a centre
_TRIES = 3
_SMALL = 400  # choices that are settled fast: so many are always left open
_EFFORT = 2000  # simplex iterations at a first try
_FIRST_ROOM = 0.002  # share of the dual value an answer may cost above it, at a first try


@dataclass(frozen=True)
class Candidate:
    """A set of centres with its prices and the bound of what it can give."""

    bound: float
    centre: Ints
    price: Floats

    @property
    def key(self) -> tuple[int, ...]:
        """The centres in rising order."""
        return tuple(sorted(self.centre.tolist()))


@dataclass
class CentreSearch:
    """Sets of centres found so far, and how often each was tried."""

    hunt: Hunt
    pool: dict[tuple[int, ...], Candidate] = field(default_factory=dict)
    tries: dict[tuple[int, ...], int] = field(default_factory=dict)
    starts: int = 0
    turns: int = 0

    @property
    def is_useful(self) -> bool:
        """Whether the problem is of a kind and size for it."""
        task = self.hunt.task
        return bool(task.graph.size * task.k <= _WORK and task.graph.load.any())

    def round(self, clock: Clock) -> float:
        """Find new centres, then settle a set that may beat the best so far; returns the work."""
        clock.rounds += 1
        if self.starts < _STARTS:
            for _ in range(4):
                self._start(clock)
        chosen = self._chosen(clock)
        if chosen is None or clock.is_late():
            return 0.0
        return self._settle(chosen, clock)

    def _start(self, clock: Clock) -> None:
        task = self.hunt.task
        self.starts += 1
        centre = np.empty(task.k, np.int64)
        made = 0
        for c, share in enumerate(task.shares):
            nodes = np.flatnonzero(task.component == c)
            net = annealer.net_of(task.graph.part(nodes))
            if clock.is_late():
                return
            part = power.power_diagram(net, share, self.hunt.state)[0]
            middle = centres.middles(net, part, share)
            spare = np.setdiff1d(np.arange(len(nodes)), middle)
            middle[middle < 0] = self.hunt.rng.permutation(spare)[: int((middle < 0).sum())]
            centre[made : made + share] = nodes[middle]
            made += share
        self._walk(self._priced(centre, np.zeros(task.k), 60), clock)

    def _walk(self, candidate: Candidate, clock: Clock) -> None:
        """Walk the centres downhill and keep where they end."""
        task, net = self.hunt.task, self.hunt.net
        centre, price, value = candidate.centre.copy(), candidate.price.copy(), candidate.bound
        before = math.inf
        while value < before:
            before = value
            for g in range(task.k):
                if clock.is_late():
                    return
                value = centres.step_centre(
                    net, task.component, centre, g, price, task.low, task.high, value, _STEPS
                )
        self._keep(self._priced(centre, price, 200))

    def _priced(self, centre: Ints, price: Floats, steps: int) -> Candidate:
        task, net = self.hunt.task, self.hunt.net
        spread = centres.spreads(net, task.component, centre)
        price = price.copy()
        bound = centres.priced(net, spread, task.low, task.high, price, steps)
        return Candidate(float(bound), centre.copy(), price)

    def _keep(self, candidate: Candidate) -> None:
        known = self.pool.get(candidate.key)
        if len(set(candidate.key)) == len(candidate.key) and known is None:
            self.pool[candidate.key] = candidate

    def _chosen(self, clock: Clock) -> Candidate | None:
        """Pick the best division's own centres, else by turns the best beside them or of all."""
        self.turns += 1
        beside: set[tuple[int, ...]] = set()
        if self.hunt.best is not None:
            own = self._own_centres()
            self._keep(own)
            if own.key not in self.tries:
                return self.pool[own.key]
            beside = self._look_around(own, clock)
        value = self.hunt.value * (1.0 - 1e-7)
        able = [c for c in self.pool.values() if c.bound < value and self._tried(c) < _TRIES]
        near = [c for c in able if c.key in beside]
        chosen = near if near and self.turns % 2 else able
        return min(chosen, key=lambda c: (self._tried(c), c.bound), default=None)

    def _tried(self, candidate: Candidate) -> int:
        return self.tries.get(candidate.key, 0)

    def _own_centres(self) -> Candidate:
        assert self.hunt.centre is not None  # noqa: S101 - set with the best division
        return self._priced(self.hunt.centre, np.zeros(self.hunt.task.k), 100)

    def _look_around(self, own: Candidate, clock: Clock) -> set[tuple[int, ...]]:
        """Price the sets with one centre moved to a neighbour; returns their keys."""
        net, keys = self.hunt.net, set()
        for g, home in enumerate(own.centre):
            for unit in net.near[net.start[home] : net.start[home + 1]]:
                centre = own.centre.copy()
                centre[g] = unit
                key = tuple(sorted(centre.tolist()))
                keys.add(key)
                if key not in self.pool and not clock.is_late():
                    self._keep(self._priced(centre, own.price, _STEPS))
        return keys

    def _settle(self, candidate: Candidate, clock: Clock) -> float:
        """Find the best division about these centres, each try looking farther than the last."""
        task, net, tried = self.hunt.task, self.hunt.net, self._tried(candidate)
        known, able = self.hunt.value - candidate.bound, self._within_reach(candidate, tried)
        room = known
        if able is None:
            room = min(known, _FIRST_ROOM * 3.0**tried * abs(candidate.bound))
        labels, settled, spent = assigned(
            net,
            (task.graph.i, task.graph.j),
            candidate.centre,
            centres.spreads(net, task.component, candidate.centre),
            candidate.price,
            (task.low, task.high),
            able=able,
            room=room,
            work=_EFFORT * 2.0**tried,
            late=clock.is_late,
        )
        whole = settled and able is None and room == known
        self.tries[candidate.key] = _TRIES if whole else tried + 1
        if labels is not None:
            self.hunt.offer(labels)
        return spent

    def _within_reach(self, candidate: Candidate, tried: int) -> Flags | None:
        """Units near each part, in steps; None unless the centres are nearly the same."""
        best, own = self.hunt.best, self.hunt.centre
        if best is None or own is None:
            return None
        moved = np.flatnonzero(~np.isin(own, candidate.centre))
        if len(moved) > 1:
            return None
        # Part of the best division that each centre of the candidate stands for.
        part = np.full(len(own), moved[0] if len(moved) else 0)
        where = np.argsort(own)
        kept = np.isin(candidate.centre, own)
        part[kept] = where[np.searchsorted(own[where], candidate.centre[kept])]
        able: Flags = np.arange(len(own))[:, None] == best[None, :]
        steps = 0
        while steps <= tried or (able.sum() < _SMALL and steps < len(able)):
            steps += 1
            able = able | ((self.hunt.task.graph.adjacency @ able.T.astype(np.float64)).T > 0)
        reached: Flags = able[part]
        return reached
