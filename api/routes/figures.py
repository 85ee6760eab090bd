"""Figures of areas, as dashboards show them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.routes.walking import Kind, Profile
from api.schemas.figures import Figures
from api.seeing import Sees
from api.services.figures_memory import FiguresMemory
from api.services.figures_walking import Walk

router = APIRouter(prefix="/figures", tags=["figures"], responses=problems(404, 422, 503))

Area = Annotated[
    str | None,
    Query(pattern="^[0-9]{12}$", description="12 digits of an area; absent: everything."),
]
Speed = Annotated[
    float | None, Query(ge=0.1, le=5, description="Metres a second; absent: the first walked.")
]
Minutes = Annotated[
    float | None,
    Query(gt=0, le=240, description="Cutoff; absent: the widest walked up to 15 minutes."),
]


@dataclass(frozen=True, slots=True)
class _Asked:
    area: str | None
    at: date
    walk: Walk


async def _in_turn(
    request: Request,
    seer: Sees,
    area: Area = None,
    at: Day = None,
    kind: Kind = None,
    minutes: Minutes = None,
    speed: Speed = None,
    profile: Profile = "default",
) -> AsyncIterator[_Asked]:
    """Tell what is asked for when it is this request's turn to read it."""
    cutoff_s = None if minutes is None else round(minutes * 60)
    asked = _Asked(area, today_or(at), Walk(profile, kind, speed, cutoff_s))
    memory: FiguresMemory = request.app.state.figures
    async with memory.turn(seer, asked.area, asked.at, asked.walk):
        yield asked


# Over before the answer is sent: who reads it slowly holds up nobody.
_InTurn = Annotated[_Asked, Depends(_in_turn, scope="function")]


@router.get("")
def show_figures(
    request: Request,
    # Before the connection: whoever waits for a turn waits without one.
    asked: _InTurn,
    seer: Sees,
    connection: Reading,
    key: Annotated[str | None, Query(max_length=128, description="Embed key.")] = None,  # noqa: ARG001
) -> Figures:
    """Show what an area adds up to on a day, and each area of the next level: published only."""
    memory: FiguresMemory = request.app.state.figures
    return memory.figures(connection, seer, asked.area, asked.at, asked.walk)
