"""Courtyards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Reading
from api.openapi import problems
from api.routes.listing_query import WantedQuery
from api.schemas.paging import Page
from api.schemas.places import Courtyard
from api.seeing import Sees
from api.services.places import one_of, page_of

router = APIRouter(prefix="/courtyards", tags=["courtyards"], responses=problems(422, 503))


@router.get("", response_model_exclude_unset=True)
def list_courtyards(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    community: Annotated[str | None, Query(description="Code of the community.")] = None,
    kind: Annotated[str | None, Query()] = None,
) -> Page[Courtyard]:
    """List courtyards in the order of their codes."""
    equal = {"community_code": community, "kind": kind}
    return page_of(
        connection, seer.on(connection, wanted.at), Courtyard, "courtyard", wanted, equal
    )


@router.get("/{code:path}", response_model_exclude_unset=True, responses=problems(404))
def show_courtyard(connection: Reading, seer: Sees, wanted: WantedQuery, code: str) -> Courtyard:
    """Show one courtyard."""
    return one_of(connection, seer.on(connection, wanted.at), Courtyard, "courtyard", code, wanted)
