"""What routes are given: a connection per request, the language, the settings."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import anyio
import sqlalchemy as sa
from fastapi import Depends
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request

from api.asking import asking
from api.negotiation import request_language
from api.principal import PUBLIC_PAGE, Principal, Right
from api.settings import Settings
from gis.errors import Forbidden, Language
from gis.store.asker import for_asker
from maps.texts import texts_of

log = logging.getLogger("wangge.http")


def _engine(request: Request) -> sa.Engine:
    engine = request.app.state.engine
    assert isinstance(engine, sa.Engine)  # noqa: S101
    return engine


# What only looks at the request is async: a plain one would be run in a thread of its own.
async def _settings(request: Request) -> Settings:
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


def principal_of(request: Request) -> Principal:
    """Return who a request is from, as `api.account_gate` found out."""
    known = request.state.principal
    assert isinstance(known, Principal)  # noqa: S101
    return known


async def _who(request: Request) -> Principal:
    return principal_of(request)


Who = Annotated[Principal, Depends(_who)]


def needs(right: Right) -> Callable[[Principal], Awaitable[Principal]]:
    """
    Make a dependency that lets through those who have a right, and says who they are.

    ``Annotated[Principal, Depends(needs("draw"))]``; the scope is the services' to check.
    """

    async def holder(who: Who) -> Principal:
        if not who.may(right):
            raise _lacks(right)
        return who

    return holder


def reads(right: Right) -> Callable[[Request, Principal], Awaitable[Principal]]:
    """Make a dependency as `needs` does that lets readers without an account through, too."""

    async def holder(request: Request, who: Who) -> Principal:
        settings = await _settings(request)
        unknown = who.role is None and settings.readers == "anyone"
        if not unknown and not who.may(right):
            raise _lacks(right)
        return who

    return holder


def _lacks(right: Right) -> Forbidden:
    return Forbidden(
        f"This needs the right '{right}', which your role does not have. Sign in with an "
        "account that has it, or ask your administrator.",
        f"此操作需要“{texts_of('zh')[f'right.{right}']}”权限，您的角色没有。"
        "请使用有权限的账号登录，或联系管理员。",
    )


def engine_of(request: Request, who: Principal) -> sa.Engine:
    """Return the engine for transactions in somebody's name, on the pool of the process."""
    address = request.client.host if request.client else None
    number = getattr(request.state, "request_id", None)
    signed = getattr(request.state, "signed", None)
    codes: tuple[str, ...] = ()
    if signed is not None and signed.principal is who:
        codes = signed.codes
    asker = asking(who, codes=codes, request_id=number, address=address)
    return for_asker(_engine(request), asker)


async def seated_engine(request: Request, who: Who, _: Annotated[None, Seat]) -> sa.Engine:
    """Lend the engine to a request that uses one connection at a time."""
    return engine_of(request, who)


async def drawing_engine(request: Request, _: Annotated[None, Seat]) -> sa.Engine:
    """Lend the engine whose connections read without being told who asks, one at a time."""
    engine = request.app.state.drawing
    assert isinstance(engine, sa.Engine)  # noqa: S101
    return engine


async def _language(request: Request) -> Language:
    return request_language(request)


def reading_connection(
    request: Request, who: Who, _: Annotated[None, Seat]
) -> Iterator[sa.Connection]:
    """Lend one connection for the length of a request, in a transaction that cannot write."""
    with _lent(engine_of(request, who)) as connection:
        yield connection


def public_connection(request: Request, _: Annotated[None, Seat]) -> Iterator[sa.Connection]:
    """
    Lend a connection that reads what the public page may tell, whoever asks.

    Row security would hide posts and workers from strangers; what of them is told, and to whom,
    the services decide that use it.
    """
    with _lent(engine_of(request, PUBLIC_PAGE)) as connection:
        yield connection


@contextmanager
def _lent(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Lend a connection that only reads; that the database went away afterwards is no fault."""
    connection = engine.connect()
    try:
        yield connection.execution_options(postgresql_readonly=True)
    finally:
        try:
            connection.close()
        except DBAPIError as fault:
            # The answer is read, and may be sent: it stands. The pool lends this one no more.
            connection.invalidate()
            log.warning("a connection broke after use: %s", str(fault).partition("\n")[0])


Planner = Annotated[Principal, Depends(needs("draw"))]
Approver = Annotated[Principal, Depends(needs("approve"))]
EmbedKeeper = Annotated[Principal, Depends(needs("embed"))]
Exports = Depends(reads("export"))
Known = Depends(needs("map"))


DatabaseEngine = Annotated[sa.Engine, Depends(seated_engine)]
DrawingEngine = Annotated[sa.Engine, Depends(drawing_engine)]
Reading = Annotated[sa.Connection, Depends(reading_connection)]
PublicReading = Annotated[sa.Connection, Depends(public_connection)]
RequestLanguage = Annotated[Language, Depends(_language)]
AppSettings = Annotated[Settings, Depends(_settings)]
