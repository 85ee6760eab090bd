"""
What weighs too much for a process that serves: walking networks, rounds, the dictionary of pinyin.

A compiler comes with networks and rounds and is 100 MB, the dictionary 60. Two processes beside
the service hold them for all its threads: in one a network may take a second to build, the other
is for what somebody waits for at every stroke.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
import numpy as np
import numpy.typing as npt

from api.services.beside import Answering, BrokenJob, OneBeside
from api.settings import Settings
from gis.errors import Unavailable
from gis.network.gates import GatePolicy
from gis.workload import stops_of_rounds

_MOST_WAITING = 8

LonLat = tuple[float, float]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reached:
    """Draw what is reached on foot from a point, EPSG:4326; cutoffs in seconds."""

    lon: float
    lat: float
    cutoffs_s: tuple[float, ...]
    speed_m_s: float
    gates: GatePolicy
    walk: str


@dataclass(frozen=True, slots=True)
class WayTo:
    """Find the way on foot between two points, EPSG:4326, every gate open."""

    start: LonLat
    goal: LonLat


@dataclass(frozen=True, slots=True)
class Rounds:
    """Measure rounds of the stops of some grids; see `gis.tours.closed_tour`."""

    stops: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class ReadNames:
    """Read names as they are typed; see `gis.search_keys.pinyin_keys`."""

    names: tuple[str, ...]


class HeavyJobs:
    """
    The two processes that do these jobs for a service; each starts with its first one.

    Attributes
    ----------
    waiting
        So many requests may wait in threads for walking networks; the others wait without one.
    """

    def __init__(self, settings: Settings) -> None:
        self.waiting = anyio.CapacityLimiter(_MOST_WAITING)
        self._walks = OneBeside(_walks_opened, settings)
        self._quick = OneBeside(_quick_opened, settings)
        self._warming = False

    def reached(self, job: Reached) -> dict[str, Any]:
        """
        Draw what is reached from a point; see `api.services.walked.reached`.

        Raises
        ------
        WanggeError
            What the job raised, or that the process is gone; so of all jobs.
        """
        found: dict[str, Any] = json.loads(self._walks.answer(job))
        return found

    def way(self, job: WayTo) -> tuple[float, list[LonLat]] | None:
        """Find a way: metres, and its corners; None where no streets lead there."""
        found = json.loads(self._walks.answer(job))
        return None if found is None else (found[0], [(lon, lat) for lon, lat in found[1]])

    def names(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return the pinyin and the initials of names; read here when the process is not there."""
        wanted = tuple(sorted(set(names)))
        if not wanted:
            return {}
        read = json.loads(self._quickly(ReadNames(wanted)))
        return {name: (typed, first) for name, (typed, first) in zip(wanted, read, strict=True)}

    def tours(self, stops: Floats, place: Ints, count: int) -> Floats:
        """
        Measure the round of each grid in metres, as `gis.workload.tour_lengths` does.

        A stroke does not fail for want of a process: then it is measured here.
        """
        job = Rounds(tuple(stops_of_rounds(stops, place, count)))
        return np.array(json.loads(self._quickly(job)), np.float64)

    def _quickly(self, job: Rounds | ReadNames) -> str:
        try:
            return self._quick.answer(job)
        except (Unavailable, BrokenJob):
            return _quick(job)

    def warm(self) -> None:
        """Begin to make ready what the first stroke of a planner would wait for; once."""
        if not self._warming:
            self._warming = True
            threading.Thread(target=self._warmed, name="warming", daemon=True).start()

    def _warmed(self) -> None:
        # A service that ends meanwhile needs it no more.
        with suppress(Unavailable, BrokenJob):
            self._quick.answer(Rounds(()))

    def end(self) -> None:
        """End both."""
        self._walks.end()
        self._quick.end()


def _walks_opened(settings: Settings) -> Answering:
    from api.services.database import open_service
    from api.services.walked import reached, way_between
    from api.services.walking_memory import WalkingMemory

    engine, memory = open_service(settings), WalkingMemory()

    def answer(job: Reached | WayTo) -> str:
        with engine.connect() as connection:
            if isinstance(job, Reached):
                return reached(connection, memory, job)
            return way_between(connection, memory, job)

    return answer


def _quick_opened(_: Settings) -> Answering:
    return _quick


def _quick(job: Rounds | ReadNames) -> str:
    # Each loads what it needs when first asked for.
    if isinstance(job, Rounds):
        from gis.tours import closed_tour
        from gis.workload import DETOUR

        return json.dumps([closed_tour(part) * DETOUR for part in job.stops])
    from gis.search_keys import pinyin_keys

    return json.dumps([pinyin_keys(name) for name in job.names])
