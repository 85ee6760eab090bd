"""Buildings with their households."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import WantedQuery
from api.schemas.paging import Page
from api.schemas.places import Building
from api.seeing import Sees
from api.services.places import one_of, page_of

router = APIRouter(prefix="/buildings", tags=["buildings"], responses=problems(422, 503))


@router.get("", response_model_exclude_unset=True)
def list_buildings(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    community: Annotated[str | None, Query(description="Code of the community.")] = None,
    courtyard: Annotated[str | None, Query(description="Code of the courtyard.")] = None,
) -> Page[Building]:
    """List buildings in the order of their codes."""
    equal = {"community_code": community, "courtyard_code": courtyard}
    return page_of(connection, seer.on(connection, wanted.at), Building, "building", wanted, equal)


@router.get("/{code:path}", response_model_exclude_unset=True, responses=problems(404))
def show_building(connection: Reading, seer: Sees, wanted: WantedQuery, code: str) -> Building:
    """Show one building."""
    return one_of(connection, seer.on(connection, wanted.at), Building, "building", code, wanted)
