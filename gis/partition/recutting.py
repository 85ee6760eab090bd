"""Rounds of redividing pairs of parts (`gis.partition.recut`), from a division near at hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gis.partition import recut
from gis.partition.clock import Clock
from gis.partition.districts import Hunt, settled
from gis.partition.graph import Ints

_WORK = 5000  # units up to which pairs are recut: each one costs the size of the graph
_BLOBS = (16, 31)
_SETS = 20_000  # bit sets looked at for one pair
_WARM, _COLD = (0.3, 1.5), (0.03, 0.3)
_LENGTHS = (4e6, 8e6, 16e6)  # bit sets looked at in one round


@dataclass
class Recuts:
    """Anneals over whole redivisions of pairs; where units are heavy little else leads on."""

    hunt: Hunt

    @property
    def is_useful(self) -> bool:
        """Whether the problem is of a kind and size for it."""
        task = self.hunt.task
        return task.k > len(task.shares) and task.graph.size <= _WORK

    def round(self, clock: Clock) -> float:
        """Cool once from the best division or from another start; returns the sets looked at."""
        clock.rounds += 1
        hunt = self.hunt
        start = self._start()
        parts = settled(hunt.net, start, hunt.task.k)
        typical = hunt.typical(start, parts)
        goals = hunt.weights(hunt.drawn(2.0, 8.0), hunt.drawn(0.1, 0.4))
        goals = goals._replace(penalty=goals.penalty * typical)
        hot = hunt.drawn(1.0, 5.0) * typical
        # Cold suits many like units; a few heavy ones freeze unless it stays warm to the end.
        cold = min(hot, hunt.drawn(*(_WARM if hunt.rng.random() < 0.7 else _COLD)) * typical)
        best, value, looked = start.copy(), math.inf, 0
        wanted = _LENGTHS[int(hunt.rng.integers(len(_LENGTHS)))]
        most = int(hunt.rng.integers(_BLOBS[0], _BLOBS[1] + 1))
        while looked < wanted:
            done = looked / wanted
            heat = hot * (cold / hot) ** done
            turns = 8
            value, sets = recut.recut_often(
                hunt.net,
                goals,
                start,
                parts,
                heat,
                heat,
                turns,
                most,
                _SETS,
                hunt.state,
                best,
                value,
            )
            # A pair costs something even when there is next to nothing to choose from.
            looked += sets + turns * (200 + 4 * hunt.task.graph.size)
            if clock.is_late():
                break
        if value < math.inf:
            hunt.offer(best)
        hunt.last = start
        return float(looked)

    def _start(self) -> Ints:
        hunt = self.hunt
        if hunt.best is not None and hunt.rng.random() < 0.5:
            return hunt.best.copy()
        if hunt.last is not None and hunt.rng.random() < 0.5:
            return hunt.last.copy()
        return hunt.start()
