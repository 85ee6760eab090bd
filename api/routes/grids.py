"""Published grids on a day."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import WantedQuery
from api.schemas.paging import Page
from api.schemas.plans import Grid
from api.seeing import Sees
from api.services import plan_reading

router = APIRouter(prefix="/grids", tags=["grids"], responses=problems(422, 503))


@router.get("", response_model_exclude_unset=True)
def list_grids(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    community: Annotated[str | None, Query(description="Code of the community.")] = None,
    tier: Annotated[
        Literal["base", "micro"], Query(description="Base and special grids, or micro grids.")
    ] = "base",
) -> Page[Grid]:
    """List the published grids that hold on a day, in the order of their codes."""
    sight = seer.on(connection, wanted.at)
    return plan_reading.published_grids(connection, sight, wanted, community=community, tier=tier)


@router.get("/{code}", response_model_exclude_unset=True, responses=problems(404))
def show_grid(connection: Reading, seer: Sees, wanted: WantedQuery, code: str) -> Grid:
    """Show one published grid as it holds on a day."""
    return plan_reading.published_grid(connection, seer.on(connection, wanted.at), code, wanted)
