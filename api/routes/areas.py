"""Administrative areas."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import WantedQuery
from api.schemas.paging import Page
from api.schemas.places import Area
from api.seeing import Sees
from api.services.places import one_of, page_of

router = APIRouter(prefix="/areas", tags=["areas"], responses=problems(422, 503))


@router.get("", response_model_exclude_unset=True)
def list_areas(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    level: Annotated[Literal["county", "subdistrict", "community"] | None, Query()] = None,
    parent: Annotated[str | None, Query(description="Code of the area above.")] = None,
) -> Page[Area]:
    """List areas in the order of their codes."""
    equal = {"level": level, "parent_code": parent}
    return page_of(connection, seer.on(connection, wanted.at), Area, "area", wanted, equal)


@router.get("/{code:path}", response_model_exclude_unset=True, responses=problems(404))
def show_area(connection: Reading, seer: Sees, wanted: WantedQuery, code: str) -> Area:
    """Show one area."""
    return one_of(connection, seer.on(connection, wanted.at), Area, "area", code, wanted)
