"""What routes are given: a connection per request, the language, the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import anyio
import sqlalchemy as sa
from fastapi import Depends
from starlette.requests import Request

from api.negotiation import request_language
from api.plan_rights import PlanRights, plan_rights
from api.security import require_writing
from api.settings import Settings
from gis.errors import Language


def _engine(request: Request) -> sa.Engine:
    engine = request.app.state.engine
    assert isinstance(engine, sa.Engine)  # noqa: S101
    return engine


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101
    return settings


async def _seat(request: Request) -> AsyncIterator[None]:
    """
    Let in as many requests for the database as there are connections; the others wait here.

    A request holds its connection while it waits for a thread. If others could wait for a
    connection on all the threads, neither would ever come free.
    """
    seats = request.app.state.seats
    assert isinstance(seats, anyio.Semaphore)  # noqa: S101
    async with seats:
        yield


Seat = Depends(_seat)


def seated_engine(request: Request, _: Annotated[None, Seat]) -> sa.Engine:
    """Lend the engine to a request that uses one connection at a time."""
    return _engine(request)


def reading_connection(request: Request, _: Annotated[None, Seat]) -> Iterator[sa.Connection]:
    """Lend one connection for the length of a request, in a transaction that cannot write."""
    with _engine(request).connect() as connection:
        yield connection.execution_options(postgresql_readonly=True)


DatabaseEngine = Annotated[sa.Engine, Depends(seated_engine)]
Reading = Annotated[sa.Connection, Depends(reading_connection)]
RequestLanguage = Annotated[Language, Depends(request_language)]
Rights = Annotated[PlanRights, Depends(plan_rights)]
AppSettings = Annotated[Settings, Depends(_settings)]
Writing = Depends(require_writing)
