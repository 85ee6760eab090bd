"""
What weighs too much for a process that serves: walking networks, and the dictionary of pinyin.

A compiler comes with the networks and is 150 MB, the dictionary 60; the one process beside the
service holds them for all its threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from api.services.beside import Answering, OneBeside
from api.settings import Settings
from gis.network.gates import GatePolicy

if TYPE_CHECKING:
    from api.services.walking_memory import WalkingMemory

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reached:
    """Draw what is reached on foot from a point, EPSG:4326; cutoffs in seconds."""

    lon: float
    lat: float
    cutoffs_s: tuple[float, ...]
    speed_m_s: float
    gates: GatePolicy
    walk: str
    nothing: bool
    """Say only what is told of ground without streets."""


@dataclass(frozen=True, slots=True)
class WayTo:
    """Find the way on foot between two points, EPSG:4326, every gate open."""

    start: LonLat
    goal: LonLat


@dataclass(frozen=True, slots=True)
class ReadNames:
    """Read names as they are typed; see `gis.search_keys.pinyin_keys`."""

    names: tuple[str, ...]


class HeavyJobs:
    """The process that does these jobs for all threads of a service; it starts with the first."""

    def __init__(self, settings: Settings) -> None:
        self._process = OneBeside(_opened, settings)

    def reached(self, job: Reached) -> dict[str, Any]:
        """
        Draw what is reached from a point; see `api.services.walked.reached`.

        Raises
        ------
        WanggeError
            What the job raised, or that the process is gone; so of all jobs.
        """
        found: dict[str, Any] = json.loads(self._process.answer(job))
        return found

    def way(self, job: WayTo) -> tuple[float, list[LonLat]] | None:
        """Find a way: metres, and its corners; None where no streets lead there."""
        found = json.loads(self._process.answer(job))
        return None if found is None else (found[0], [(lon, lat) for lon, lat in found[1]])

    def names(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return the pinyin and the initials of names."""
        wanted = tuple(sorted(set(names)))
        if not wanted:
            return {}
        read = json.loads(self._process.answer(ReadNames(wanted)))
        return {name: (typed, first) for name, (typed, first) in zip(wanted, read, strict=True)}

    def end(self) -> None:
        """End the process."""
        self._process.end()


def _opened(settings: Settings) -> Answering:
    """Answer jobs in a process of its own; each kind loads what it needs when first asked for."""

    @cache
    def walks() -> tuple[Callable[[], Any], WalkingMemory]:
        from api.services.database import open_service
        from api.services.walking_memory import WalkingMemory

        return open_service(settings).connect, WalkingMemory()

    def answer(job: Reached | WayTo | ReadNames) -> str:
        match job:
            case ReadNames():
                from gis.search_keys import pinyin_keys

                return json.dumps([pinyin_keys(name) for name in job.names])
            case Reached():
                from api.services.walked import reached

                connect, memory = walks()
                with connect() as connection:
                    return reached(connection, memory, job)
            case WayTo():
                from api.services.walked import way_between

                connect, memory = walks()
                with connect() as connection:
                    return way_between(connection, memory, job)

    return answer
