"""What whoever asks may see: from the request to what services are given."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Scope as HTTPScope

from api.deps import Seat, principal_of
from api.principal import Principal
from api.services.embed_keys import EmbedScope
from api.services.sights import Seer, Sights
from api.today import today
from gis.store.sight import Outlook, Scope, Sight

Readers = Literal["accounts", "anyone"]
ANYONE = Outlook(None, drafts=False, known=False)
"""Of a reader nobody knows, where what is published may be read by all."""


@lru_cache(maxsize=4096)
def outlook_of(who: Principal, readers: Readers) -> Outlook:
    """
    Return what somebody may see.

    A reader nobody knows sees what is published, everywhere or, where readers need an account,
    nowhere.
    """
    if who.role is None and readers == "anyone":
        return ANYONE
    scope = None
    if who.areas is not None:
        scope = Scope(tuple(sorted(set(who.areas))), tuple(sorted(set(who.grids))))
    return Outlook(scope, drafts=who.may("drafts"), known=who.may("map"))


@lru_cache(maxsize=4096)
def _outlook_in(area: str) -> Outlook:
    return Outlook(Scope((area,)), drafts=False, known=False)


def request_outlook(request: Request) -> Outlook:
    """Return what the sender of a request may see; with an embed key, its area."""
    embed: EmbedScope | None = getattr(request.state, "embed", None)
    if embed is not None:
        return _outlook_in(embed.area_code)
    return outlook_of(principal_of(request), request.app.state.settings.readers)


def request_scope(request: HTTPScope) -> Scope | None:
    """Return whose eyes see the answer to a request, None: those that see everything."""
    return request_outlook(Request(request)).scope


def seer_of(request: Request) -> Seer:
    """Return who asks, with the memory of what they see."""
    sights = request.app.state.sights
    assert isinstance(sights, Sights)  # noqa: S101
    return Seer(request_outlook(request), sights)


async def _seer(request: Request) -> Seer:
    return seer_of(request)


Sees = Annotated[Seer, Depends(_seer)]


async def sight_today(request: Request, seer: Seer) -> Sight:
    """
    Return what is seen today; the database is asked only after the area tree has changed.

    For routes that hold no seat.
    """
    known = seer.sights.known(seer.outlook, today())
    if known is not None:
        return known

    def read() -> Sight:
        with request.app.state.engine.connect() as connection:
            return seer.today(connection)

    async with request.app.state.seats:
        return await run_in_threadpool(read)


def _areas(request: Request, seer: Sees, _: Annotated[None, Seat]) -> tuple[str, ...] | None:
    # In the seat of the request: one that waited for a second could wait for ever.
    known = seer.sights.known(seer.outlook, today())
    if known is None:
        with request.app.state.engine.connect() as connection:
            known = seer.today(connection)
    return None if known.ground is None else known.ground.areas


SeenAreas = Annotated[tuple[str, ...] | None, Depends(_areas)]
"""Codes of the areas of every level seen today (None: all), for routes given an engine."""
