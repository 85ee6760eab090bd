"""Figures kept in memory until something that they rest on changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

import anyio
import sqlalchemy as sa

from api.schemas.figures import Figures
from api.services.figures import figures
from api.services.figures_walking import Walk
from api.services.sights import Seer
from api.today import today
from gis.store.area_figures import figures_mark
from gis.store.sight import Scope

_MOST = 256

_Asked = tuple[str | None, date, Walk, date, Scope | None]


@dataclass(slots=True)
class _Place:
    """Figures asked for one way: the newest known, and the turn of whoever reads them."""

    turn: anyio.Lock = field(default_factory=anyio.Lock)
    lock: Lock = field(default_factory=Lock)
    mark: tuple[object, ...] = ()
    told: Figures | None = None


class FiguresMemory:
    """
    The figures asked for last.

    Each request asks the database for the mark of all changes; while it stands, what is
    remembered is what would be read. Many screens that hear of a change at once read once, one
    after the other, and wait for that in the event loop: with no connection and no thread.
    """

    def __init__(self) -> None:
        self._places: OrderedDict[_Asked, _Place] = OrderedDict()
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Return how many requests wait for their turn."""
        with self._lock:
            return sum(p.turn.statistics().tasks_waiting for p in self._places.values())

    @asynccontextmanager
    async def turn(self, seer: Seer, area: str | None, at: date, walk: Walk) -> AsyncIterator[None]:
        """Let one request at a time on to the database for the same figures."""
        async with self._place((area, at, walk, today(), seer.outlook.scope)).turn:
            yield

    def figures(
        self, connection: sa.Connection, seer: Seer, area: str | None, at: date, walk: Walk
    ) -> Figures:
        """Return what `api.services.figures.figures` does, and raise what it raises."""
        place = self._place((area, at, walk, today(), seer.outlook.scope))
        with place.lock:
            mark = figures_mark(connection)
            if place.told is None or place.mark != mark:
                sight = seer.on(connection, at)
                place.told, place.mark = figures(connection, sight, area, at, walk), mark
                return place.told
        now = connection.execute(sa.select(sa.func.now())).scalar_one()
        return place.told.model_copy(update={"as_of": now})

    def _place(self, asked: _Asked) -> _Place:
        with self._lock:
            place = self._places.setdefault(asked, _Place())
            self._places.move_to_end(asked)
            while len(self._places) > _MOST:
                self._places.popitem(last=False)
            return place
