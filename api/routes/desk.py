"""What the routes of the planner's page are given."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from fastapi import Depends
from starlette.requests import Request

from api.deps import DatabaseEngine, engine_of, needs
from api.principal import Principal
from api.seeing import seer_of
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory

_POLL_S = 0.25
T = TypeVar("T")

Planner = Annotated[Principal, Depends(needs("draw"))]
Approver = Annotated[Principal, Depends(needs("approve"))]
Drafter = Annotated[Principal, Depends(needs("drafts"))]


def desk_of(request: Request, engine: sa.Engine, who: Principal) -> Desk:
    """Set up the desk of whoever asks."""
    grounds = request.app.state.grounds
    assert isinstance(grounds, GroundMemory)  # noqa: S101

    seer = seer_of(request)

    def holds(connection: sa.Connection, community: str) -> bool:
        return seer.today(connection).holds(community)

    return Desk(engine, who, holds, grounds)


def _planners(request: Request, engine: DatabaseEngine, who: Planner) -> Desk:
    return desk_of(request, engine, who)


def _approvers(request: Request, engine: DatabaseEngine, who: Approver) -> Desk:
    return desk_of(request, engine, who)


def _readers(request: Request, engine: DatabaseEngine, who: Drafter) -> Desk:
    return desk_of(request, engine, who)


def _unseated(request: Request, who: Planner) -> Desk:
    """Set up a desk for a route that holds a seat only while it reads."""
    return desk_of(request, engine_of(request, who), who)


AtDesk = Annotated[Desk, Depends(_planners)]
AtApproversDesk = Annotated[Desk, Depends(_approvers)]
AtReadersDesk = Annotated[Desk, Depends(_readers)]
Unseated = Annotated[Desk, Depends(_unseated)]


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Wait for work and give it up when the client is gone."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_POLL_S)
            if not task.done() and await request.is_disconnected():
                break
    finally:
        if not task.done():
            task.cancel()
    return await task
