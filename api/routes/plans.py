"""Plans, their grids and their handover lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import Approver, AppSettings, DatabaseEngine, Planner, Reading
from api.openapi import problems
from api.routes.listing_query import CoordQuery, Cursor, Limit, WantedQuery
from api.schemas.paging import Page
from api.schemas.plans import (
    DivideRequest,
    HandoverRow,
    Plan,
    PlanDetail,
    PlanGrid,
    PublishRequest,
    WithdrawRequest,
)
from api.seeing import Sees
from api.services import plan_reading, plan_writing

router = APIRouter(prefix="/plans", tags=["plans"], responses=problems(422, 503))
# Identifiers are 64-bit; a larger number is no plan and must not reach the database.
PlanId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("")
def list_plans(
    connection: Reading,
    seer: Sees,
    community: Annotated[str | None, Query(description="Code of the community.")] = None,
    state: Annotated[str | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    coord: CoordQuery = "wgs84",
) -> Page[Plan]:
    """List plans, newest first."""
    return plan_reading.plans(
        connection,
        seer.today(connection),
        community=community,
        state=state,
        cursor=cursor,
        limit=limit,
        coord=coord,
    )


@router.get("/{plan_id}", responses=problems(404))
def show_plan(
    connection: Reading, seer: Sees, plan_id: PlanId, coord: CoordQuery = "wgs84"
) -> PlanDetail:
    """Show one plan with its figures and its certificate."""
    return plan_reading.plan_by_id(connection, seer.today(connection), plan_id, coord)


@router.get("/{plan_id}/grids", response_model_exclude_unset=True, responses=problems(404))
def list_plan_grids(
    connection: Reading, seer: Sees, plan_id: PlanId, wanted: WantedQuery
) -> Page[PlanGrid]:
    """List the grids of a plan in the order of their numbers."""
    return plan_reading.plan_grids(connection, seer.today(connection), plan_id, wanted)


@router.get("/{plan_id}/handover", responses=problems(404))
def list_handover(
    connection: Reading, seer: Sees, plan_id: PlanId, limit: Limit = 1000, cursor: Cursor = ""
) -> Page[HandoverRow]:
    """List what passes from grid to grid when the plan takes effect."""
    return plan_reading.handover(
        connection, seer.today(connection), plan_id, cursor=cursor, limit=limit
    )


@router.post("", status_code=201, responses=problems(403, 404))
def divide_community(
    engine: DatabaseEngine, seer: Sees, who: Planner, wanted: DivideRequest
) -> PlanDetail:
    """Divide a community into grids and store the result as a new draft."""
    return plan_writing.divide(engine, seer, who, wanted)


@router.post("/{plan_id}/publish", responses=problems(403, 404, 409))
def publish_plan(
    engine: DatabaseEngine,
    settings: AppSettings,
    seer: Sees,
    who: Approver,
    plan_id: PlanId,
    wanted: PublishRequest,
) -> PlanDetail:
    """Publish a plan from a day on: all of it or nothing."""
    return plan_writing.publish(
        engine, seer, who, plan_id, wanted, days_ahead=settings.publish_ahead_days
    )


@router.post("/{plan_id}/withdraw", responses=problems(403, 404, 409))
def withdraw_plan(
    engine: DatabaseEngine, seer: Sees, who: Approver, plan_id: PlanId, wanted: WithdrawRequest
) -> PlanDetail:
    """Take back a publication that has not taken effect; the plan is a draft again."""
    return plan_writing.withdraw(engine, seer, who, plan_id, wanted)
