"""Maps as self-contained files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, Response

from api.deps import AppSettings, Reading, RequestLanguage, Rights
from api.openapi import problems
from api.routes.listing_query import CodePattern
from api.routes.plans import PlanId
from api.routes.self_contained import ONE_FILE, file_answer
from api.services.plan_files import plan_file
from api.services.walk_files import walk_file

router = APIRouter(prefix="/maps", tags=["maps"])


@router.get(
    "/plans/{plan_id}.html",
    response_class=HTMLResponse,
    responses={
        **ONE_FILE,
        **problems(404, 409, 422, 503),
    },
)
def plan_html(
    connection: Reading,
    rights: Rights,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
) -> Response:
    """Draw a plan as one HTML file for mail, archive and print."""
    return file_answer(plan_file(connection, plan_id, rights, language, settings))


@router.get(
    "/walk/{community}.html",
    response_class=HTMLResponse,
    responses={
        **ONE_FILE,
        **problems(404, 422, 503),
    },
)
def walk_html(
    connection: Reading,
    settings: AppSettings,
    language: RequestLanguage,
    community: Annotated[str, Path(pattern=CodePattern)],
    kind: Annotated[
        str | None,
        Query(max_length=64, description="Facility kind on the map; the first if absent."),
    ] = None,
    profile: Annotated[str, Query(max_length=64, description="Which stored walk.")] = "default",
) -> Response:
    """Draw the walking circles of a community as one sheet for mail, archive and print."""
    page = walk_file(connection, community, kind, profile, language, settings)
    return file_answer(page)
