"""How long a search may go on: seconds, a number of rounds, or until it is stopped."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

_BEAT_S = 0.2


@dataclass(frozen=True, slots=True)
class Budget:
    """
    What a search may spend, whichever ends first.

    ``seconds`` is wall time. ``iterations`` counts rounds of the search; with them alone, the
    same seed gives the same answer on every machine. ``patience`` ends a search that has found
    nothing better for so many seconds on top of the time its last find took.
    """

    seconds: float | None = 10.0
    iterations: int | None = None
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a search stands: seconds gone, seconds in all if limited, value of the best so far."""

    elapsed: float
    seconds: float | None
    value: float


Tell = Callable[[Standing], None]


@dataclass
class Clock:
    """One running budget; `stop` ends it early."""

    budget: Budget
    started: float = field(default_factory=time.monotonic)
    rounds: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    tell: Tell | None = None
    value: float = math.inf
    improved: float = 0.0
    _told: float = -math.inf

    def met(self, value: float) -> None:
        """Take note of an answer and when it came; only a better one counts."""
        if value < self.value - 1e-9:
            self.value, self.improved, self._told = value, self.elapsed, -math.inf

    def _beat(self) -> None:
        """Tell how things stand, at once after a find and a few times a second otherwise."""
        if self.tell is not None and self.elapsed - self._told > _BEAT_S:
            self._told = self.elapsed
            self.tell(Standing(self.elapsed, self.budget.seconds, self.value))

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds that are left, infinite without a limit."""
        seconds = self.budget.seconds
        if self.stopped.is_set():
            return 0.0
        return math.inf if seconds is None else max(0.0, seconds - self.elapsed)

    def is_late(self) -> bool:
        """Whether the seconds are used up or the search was stopped."""
        self._beat()
        seconds = self.budget.seconds
        return self.stopped.is_set() or (seconds is not None and self.elapsed >= seconds)

    def is_over(self) -> bool:
        """Whether no further round may start."""
        rounds, patience = self.budget.iterations, self.budget.patience
        if self.is_late() or (rounds is not None and self.rounds >= rounds):
            return True
        idle = self.elapsed - self.improved
        return patience is not None and self.value < math.inf and idle > patience + self.improved

    def shortened(self, share: float) -> Clock:
        """The same clock with only a share of its seconds, if it has any."""
        if self.budget.seconds is None:
            return self
        budget = replace(self.budget, seconds=self.budget.seconds * share)
        return Clock(budget, self.started, self.rounds, self.stopped, self.tell)

    def split(self) -> Clock:
        """Give a second counter of rounds that shares the start and the stop."""
        return Clock(self.budget, self.started, 0, self.stopped, self.tell)
