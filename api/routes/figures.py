"""Figures of areas, as dashboards show them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.routes.walking import Kind, Profile
from api.schemas.figures import Figures
from api.services.embed_figures import figures_through_key
from api.services.embed_keys import EmbedScope
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


@router.get("")
def show_figures(
    request: Request,
    connection: Reading,
    area: Area = None,
    at: Day = None,
    kind: Kind = None,
    minutes: Minutes = None,
    speed: Speed = None,
    profile: Profile = "default",
    key: Annotated[str | None, Query(max_length=128, description="Embed key.")] = None,  # noqa: ARG001
) -> Figures:
    """Show what an area adds up to on a day, and each area of the next level: published only."""
    cutoff_s = None if minutes is None else round(minutes * 60)
    memory: FiguresMemory = request.app.state.figures
    walk = Walk(profile, kind, speed, cutoff_s)
    told = memory.figures(connection, area, today_or(at), walk)
    embed: EmbedScope | None = getattr(request.state, "embed", None)
    return told if embed is None else figures_through_key(told, embed)
