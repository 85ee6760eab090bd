"""Figures of areas, as dashboards show them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.routes.walking import Kind, Profile
from api.schemas.figures import Figures
from api.services import figures
from api.services.figures_walking import Walk

router = APIRouter(prefix="/figures", tags=["figures"], responses=problems(404, 422, 503))

Area = Annotated[
    str | None,
    Query(pattern="^[0-9]{12}$", description="12 digits of an area; absent: everything."),
]
Speed = Annotated[
    float | None, Query(gt=0, le=5, description="Metres a second; absent: the first walked.")
]
Minutes = Annotated[
    float | None,
    Query(gt=0, le=240, description="Cutoff; absent: the widest walked up to 15 minutes."),
]


@router.get("")
def show_figures(
    connection: Reading,
    area: Area = None,
    at: Day = None,
    kind: Kind = None,
    minutes: Minutes = None,
    speed: Speed = None,
    profile: Profile = "default",
) -> Figures:
    """Show what an area adds up to on a day, and each area of the next level: published only."""
    cutoff_s = None if minutes is None else round(minutes * 60)
    return figures.figures(connection, area, today_or(at), Walk(profile, kind, speed, cutoff_s))
