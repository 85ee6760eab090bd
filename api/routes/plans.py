"""Plans, their grids and their handover lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import Reading
from api.routes.listing_query import CoordQuery, Cursor, Limit, WantedQuery
from api.schemas.paging import Page
from api.schemas.plans import HandoverRow, Plan, PlanDetail, PlanGrid
from api.services import plan_reading

router = APIRouter(prefix="/plans", tags=["plans"])

# Identifiers are 64-bit; a larger number is no plan and must not reach the database.
PlanId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("")
def list_plans(
    connection: Reading,
    community: Annotated[str | None, Query(description="Code of the community.")] = None,
    state: Annotated[str | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    coord: CoordQuery = "wgs84",
) -> Page[Plan]:
    """List plans, newest first."""
    return plan_reading.plans(
        connection, community=community, state=state, cursor=cursor, limit=limit, coord=coord
    )


@router.get("/{plan_id}")
def show_plan(connection: Reading, plan_id: PlanId, coord: CoordQuery = "wgs84") -> PlanDetail:
    """Show one plan with its figures and its certificate."""
    return plan_reading.plan_by_id(connection, plan_id, coord)


@router.get("/{plan_id}/grids", response_model_exclude_unset=True)
def list_plan_grids(connection: Reading, plan_id: PlanId, wanted: WantedQuery) -> Page[PlanGrid]:
    """List the grids of a plan in the order of their numbers."""
    return plan_reading.plan_grids(connection, plan_id, wanted)


@router.get("/{plan_id}/handover")
def list_handover(
    connection: Reading, plan_id: PlanId, limit: Limit = 1000, cursor: Cursor = ""
) -> Page[HandoverRow]:
    """List what passes from grid to grid when the plan takes effect."""
    return plan_reading.handover(connection, plan_id, cursor=cursor, limit=limit)
