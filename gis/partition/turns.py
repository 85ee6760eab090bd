"""
Whose turn it is among several ways of searching: equal shares of the work, more for who succeeds.

Work is counted in what each way does (flips proposed, sets looked at, simplex iterations), put
on one scale by what these take, never by a clock: the same seed then gives the same turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_FORGET = 0.8
_MEMORY_S = 60.0


@dataclass
class Way:
    """One way of searching: a round of it returns its work; nominal seconds for each of that."""

    round: Callable[[], float]
    seconds: float
    least: float = 0.4
    spent: float = 0.0
    trust: float = 1.0


@dataclass
class Turns:
    """Ways that share the work."""

    ways: list[Way]

    def take(self, value: Callable[[], float]) -> None:
        """
        Run one round of the way that had least of its share.

        A way that lowers `value` is trusted with more, one that does not with less, but never
        with less than a fixed part: what helps late must still be there late.
        """
        way = min(self.ways, key=lambda w: w.spent / max(w.trust, w.least))
        before = value()
        way.spent += max(way.round() * way.seconds, 1e-3)
        way.trust = _FORGET * way.trust + (1.0 if value() < before else 0.0)
        self._keep_level()

    def _keep_level(self) -> None:
        """Forget old work by halves, so that trust gained late counts at once."""
        if sum(w.spent for w in self.ways) > _MEMORY_S:
            for way in self.ways:
                way.spent /= 2.0
