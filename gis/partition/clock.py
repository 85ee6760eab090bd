"""How long a search may go on: seconds, a number of rounds, or until it is stopped."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Budget:
    """
    What a search may spend, whichever ends first.

    ``seconds`` is wall time. ``iterations`` counts rounds of the search; with them alone, the
    same seed gives the same answer on every machine.
    """

    seconds: float | None = 10.0
    iterations: int | None = None


@dataclass
class Clock:
    """One running budget; `stop` ends it early."""

    budget: Budget
    started: float = field(default_factory=time.monotonic)
    rounds: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

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
        seconds = self.budget.seconds
        return self.stopped.is_set() or (seconds is not None and self.elapsed >= seconds)

    def is_over(self) -> bool:
        """Whether no further round may start."""
        rounds = self.budget.iterations
        return self.is_late() or (rounds is not None and self.rounds >= rounds)

    def split(self) -> Clock:
        """Give a second counter of rounds that shares the start and the stop."""
        return Clock(self.budget, self.started, 0, self.stopped)
