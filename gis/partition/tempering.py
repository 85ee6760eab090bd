"""
Redivided pairs on a ladder of heats (parallel tempering), for units heavy beside the limits.

Several divisions are held side by side, each redivided pair by pair (`gis.partition.recut`) at
a heat of its own that never falls. Now and then neighbours on the ladder change places, with odds
that keep every heat's own distribution: what the hot ones come upon sinks to the cold ones, and
what is stuck there rises. A single cooling has to pick its pace beforehand; this has not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gis.partition import annealer, recut
from gis.partition.annealer import Parts, Weights
from gis.partition.clock import Clock
from gis.partition.districts import Hunt, settled
from gis.partition.graph import Floats, Ints

_BLOBS = 31
_SETS = 20_000  # bit sets looked at for one pair
_RUNGS = 5
_COLD, _HOT = 0.3, 2.5  # in what one unit adds to the score
_PENALTY, _SOFTNESS = 8.0, 0.15
_TURNS = 8  # pairs of one rung between two exchanges
_WORK = 4_000_000  # bit sets looked at in one round


@dataclass
class Ladder:
    """Divisions at rising heats, kept from round to round."""

    hunt: Hunt
    rungs: list[Ints] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)
    heat: Floats = field(default_factory=lambda: np.empty(0))
    goals: Weights | None = None

    @property
    def is_useful(self) -> bool:
        """Whether a unit is heavier than the room between the limits, and a pair can be listed."""
        task = self.hunt.task
        heavy = float(task.graph.load.mean()) > task.high - task.low
        return task.k > len(task.shares) and heavy and 2 * task.graph.size <= _BLOBS * task.k

    def round(self, clock: Clock) -> float:
        """Redivide on every rung and exchange, again and again; returns the sets looked at."""
        clock.rounds += 1
        goals = self.goals or self._begun()
        hunt, looked = self.hunt, 0.0
        best, value = self.rungs[0].copy(), math.inf
        while looked < _WORK and not clock.is_late():
            for part, parts, heat in zip(self.rungs, self.parts, self.heat, strict=True):
                value, sets = recut.recut_often(
                    hunt.net,
                    goals,
                    part,
                    parts,
                    heat,
                    heat,
                    _TURNS,
                    _BLOBS,
                    _SETS,
                    hunt.state,
                    best,
                    value,
                )
                # A pair costs something even when there is next to nothing to choose from.
                looked += sets + _TURNS * (200 + 4 * hunt.task.graph.size)
            self._exchange(goals)
        if value < math.inf:
            hunt.offer(best)
        return looked

    def _begun(self) -> Weights:
        """Draw a division for each rung, and the heats by what they cost."""
        hunt = self.hunt
        self.rungs = [hunt.start() for _ in range(_RUNGS)]
        self.parts = [settled(hunt.net, part, hunt.task.k) for part in self.rungs]
        each = [hunt.typical(p, s) for p, s in zip(self.rungs, self.parts, strict=True)]
        typical = float(np.median(each))
        self.heat = np.geomspace(_COLD, _HOT, _RUNGS) * typical
        goals = hunt.weights(_PENALTY, _SOFTNESS)
        self.goals = goals._replace(penalty=goals.penalty * typical)
        return self.goals

    def _exchange(self, goals: Weights) -> None:
        """Let neighbours on the ladder change places by the rule of Metropolis."""
        held = [self._energy(goals, p, s) for p, s in zip(self.rungs, self.parts, strict=True)]
        for cold in range(_RUNGS - 1):
            hot = cold + 1
            gain = (1.0 / self.heat[cold] - 1.0 / self.heat[hot]) * (held[cold] - held[hot])
            if math.log(max(self.hunt.rng.random(), 1e-300)) < gain:
                self.rungs[cold], self.rungs[hot] = self.rungs[hot], self.rungs[cold]
                self.parts[cold], self.parts[hot] = self.parts[hot], self.parts[cold]
                held[cold], held[hot] = held[hot], held[cold]

    def _energy(self, goals: Weights, part: Ints, parts: Parts) -> float:
        """Score of a division and what its loads outside the limits are punished with."""
        score = float(annealer.score(self.hunt.net, goals, part, parts)[0])
        return score + sum(float(annealer.misfit(goals, load)) for load in parts.load)
