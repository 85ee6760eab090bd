"""What the hour's clients were told, against what the service says later; no network here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Moves = tuple[tuple[int, int | None, int | None], ...]
FRESH_S = 1.0
"""After so long no answer may be older than what was committed."""
RECOVERY_S = 5.0


@dataclass(slots=True)
class Outage:
    """
    One restart of PostgreSQL; moments of `time.monotonic`.

    Attributes
    ----------
    accepting
        When it took connections again; None: not yet.
    """

    how: str
    began: float
    accepting: float | None = None

    def excuses(self, begun: float, ended: float) -> bool:
        """Whether an answer of this span may say that the database is away."""
        until = float("inf") if self.accepting is None else self.accepting + RECOVERY_S
        return ended >= self.began and begun <= until


@dataclass(slots=True)
class Outages:
    """All restarts so far."""

    all: list[Outage] = field(default_factory=list)

    def excuse(self, begun: float, ended: float) -> bool:
        """Whether one of them excuses an answer of this span."""
        return any(outage.excuses(begun, ended) for outage in self.all)


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer about a building must at least say, as it was when it was asked for."""

    seen: int
    due: int


class FreshLedger:
    """
    The households of edited buildings: what was committed, and what answers have said.

    Counts only grow, so that of two values the larger is the newer.
    """

    def __init__(self, outages: Outages) -> None:
        self._outages = outages
        self._committed: dict[str, tuple[int, float]] = {}
        self._before: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def commit(self, code: str, households: int, at: float) -> None:
        """Note an edit that was committed at a moment."""
        with self._lock:
            self._before[code] = self._committed.get(code, (0, 0.0))[0]
            self._committed[code] = (households, at)

    def codes(self) -> list[str]:
        """Codes of the buildings edited so far, those edited last at the end."""
        with self._lock:
            return sorted(self._committed, key=lambda code: self._committed[code][1])

    def before(self, code: str, now: float) -> Known:
        """Return what must be told by an answer that is asked for now."""
        with self._lock:
            households, at = self._committed[code]
            old = at + FRESH_S <= now and not self._outages.excuse(at, now)
            return Known(self._seen.get(code, 0), households if old else self._before[code])

    def committed(self, code: str) -> Known:
        """Return what an answer from the database itself must tell: all that is committed."""
        with self._lock:
            return Known(self._seen.get(code, 0), self._committed[code][0])

    def judge(self, code: str, known: Known, told: int | None) -> str | None:
        """Return what is wrong with an answer, None: nothing."""
        if told is None:
            return f"{code} is missing"
        with self._lock:
            self._seen[code] = max(self._seen.get(code, 0), told)
        if told < known.seen:
            return f"{code} has {told} households again, after {known.seen} were told"
        if told < known.due:
            return f"{code} has {told} households, {known.due} were committed before"
        return None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Strokes: acknowledged, and of these not in the history, twice in it, or not told by it."""

    told: int
    lost: int
    doubled: int
    unknown: int

    @property
    def good(self) -> bool:
        """Whether the history is what the clients were told."""
        return not (self.lost or self.doubled or self.unknown)


class StrokeLedger:
    """The strokes that the service acknowledged."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, Moves]] = {}
        self._lock = threading.Lock()

    def tell(self, client: str, seq: int, moves: Iterable[Sequence[int | None]]) -> None:
        """Note that the stroke a client named was acknowledged as edit `seq`."""
        with self._lock:
            self._told[client] = (seq, _moves(moves))

    def reckon(
        self, history: Sequence[tuple[int, Iterable[Sequence[int | None]]]], after: int
    ) -> Reckoning:
        """Compare with the history of the plan beyond edit `after`."""
        made = {seq: _moves(moves) for seq, moves in history if seq > after}
        told = list(self._told.values())
        numbers = [seq for seq, _ in told]
        return Reckoning(
            told=len(told),
            lost=sum(made.get(seq) != moves for seq, moves in told),
            doubled=len(numbers) - len(set(numbers)) + len(history) - len(dict(history)),
            unknown=len(made.keys() - set(numbers)),
        )


def _moves(moves: Iterable[Sequence[int | None]]) -> Moves:
    """Put moves in the order of their units, in which neither side has to tell them."""
    return tuple(sorted(((u or 0, a, b) for u, a, b in moves), key=lambda move: move[0]))


@dataclass(frozen=True, slots=True)
class Sample:
    """
    Memory at a moment after the beginning; MB of 1,000,000 bytes.

    Attributes
    ----------
    rss, pss
        Of the process that serves.
    beside
        Resident memory of the processes it has started.
    """

    at_s: float
    rss: float
    pss: float
    beside: float


def slope(samples: Sequence[Sample], since_s: float) -> float:
    """MB of resident memory a minute by least squares, of the samples from a moment on."""
    late = [sample for sample in samples if sample.at_s >= since_s]
    if len(late) < 2:
        return 0.0
    return float(np.polyfit([s.at_s / 60 for s in late], [s.rss for s in late], 1)[0])


def by_minutes(samples: Sequence[Sample], step_s: float) -> list[tuple[float, float, float, float]]:
    """Minutes at the end of each step, and mean RSS, mean PSS and largest RSS within it."""
    steps: dict[int, list[Sample]] = {}
    for sample in samples:
        steps.setdefault(int(sample.at_s // step_s), []).append(sample)
    return [
        (
            (number + 1) * step_s / 60,
            sum(s.rss for s in some) / len(some),
            sum(s.pss for s in some) / len(some),
            max(s.rss for s in some),
        )
        for number, some in sorted(steps.items())
    ]


def households_told(features: Iterable[Mapping[str, object]], code: str) -> int | None:
    """Households that a list of attributes tells of a building, None: it is not there."""
    for attributes in features:
        if attributes.get("code") == code:
            told = attributes.get("households")
            return int(told) if isinstance(told, int | float) else None
    return None


def now() -> float:
    """Return the moment on the clock of the ledgers."""
    return time.monotonic()
