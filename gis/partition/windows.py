"""
Fewer grids, one neighbourhood at a time.

An attempt at a whole community must be lucky everywhere at once. Here a few grids side by side,
around one with room to spare, are divided anew while the others stay, into one grid less where
their load allows it: a small graph, a short search, hundreds of times. Where the count stays the
same, the new division is taken up when it is about as uneven as the old one or more: uneven grids
leave room for the next window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gis.partition.engine import Effort, Wishes, attempt
from gis.partition.graph import Ints, PieceGraph

_MOST_GRIDS = 10
_LENIENCE = 0.02  # how much less uneven, as a share, a division may become


@dataclass
class Windows:
    """
    A walk over divisions of one connected graph in which no load exceeds the cap.

    Attributes
    ----------
    labels
        Where the walk stands: grid of each piece, 0..k-1. Never more grids than before.
    tell
        Called with each new division.
    """

    graph: PieceGraph
    cap: int
    labels: Ints
    rng: np.random.Generator
    task: Wishes
    effort: Effort
    tell: Callable[[Ints], None]

    @property
    def grids(self) -> int:
        """Grids of the division where the walk stands."""
        return int(self.labels.max(initial=-1)) + 1

    def walk(self, windows: int, bound: int) -> None:
        """Divide some neighbourhoods anew; ends early when `bound` grids are reached."""
        for _ in range(windows):
            if self.grids <= max(bound, 1) or self.effort.is_stopped:
                return
            load = np.bincount(self.labels, self.graph.load, self.grids).astype(np.int64)
            chosen = self._neighbourhood(load)
            self._divide_anew(chosen, load)

    def _neighbourhood(self, load: Ints) -> Ints:
        """Two to ten grids that hang together, around one that tends to have room."""
        grids, a, b = len(load), self.labels[self.graph.i], self.labels[self.graph.j]
        near = np.zeros((grids, grids), np.bool_)
        near[a, b] = True
        near[b, a] = True
        room = self.cap + 1.0 - np.minimum(load, self.cap)
        wanted = int(self.rng.integers(2, _MOST_GRIDS + 1))
        chosen = [int(self.rng.choice(grids, p=room / room.sum()))]
        while len(chosen) < wanted:
            beside = np.asarray(near[chosen].any(axis=0), np.bool_)
            beside[chosen] = False
            able = np.flatnonzero(beside)
            if not len(able):
                break
            chosen.append(int(able[self.rng.integers(len(able))]))
        return np.array(chosen, np.int64)

    def _divide_anew(self, chosen: Ints, load: Ints) -> None:
        nodes = np.flatnonzero(np.isin(self.labels, chosen))
        part = self.graph.part(nodes)
        able = int((part.load > 0).sum())
        least = -(-int(load[chosen].sum()) // self.cap)
        asked = max(1, min(max(len(chosen) - 1, least), able))
        made = attempt(part, self.cap, asked, self.rng, self.task, self.effort)
        count = int(made.max()) + 1
        if count > len(chosen):
            return
        before = float((load[chosen].astype(np.float64) ** 2).sum())
        after = float((np.bincount(made, part.load, count) ** 2).sum())
        if count < len(chosen) or after >= before * (1.0 - _LENIENCE * self.rng.random()):
            labels = self.labels.copy()
            labels[nodes] = chosen[made]
            self.labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
            self.tell(self.labels)


def briefly(effort: Effort) -> Effort:
    """Return an effort for one window: a quarter of the annealing of an attempt."""
    return replace(effort, flips=max(1, effort.flips // 4))


__all__ = ["Windows", "briefly"]
