"""Communities, each with the plan that stands for it: what the start page shows."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import Cursor, Day, Limit, today_or
from api.schemas.paging import Page
from api.schemas.plans import Community
from api.seeing import Sees
from api.services import plan_reading

router = APIRouter(prefix="/communities", tags=["communities"], responses=problems(422, 503))


@router.get("")
def list_communities(
    connection: Reading, seer: Sees, limit: Limit = 100, cursor: Cursor = "", at: Day = None
) -> Page[Community]:
    """List communities in the order of their codes."""
    day = today_or(at)
    sight = seer.on(connection, day)
    return plan_reading.communities(connection, sight, at=day, cursor=cursor, limit=limit)
