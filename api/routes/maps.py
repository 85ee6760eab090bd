"""Maps as self-contained files; folium is loaded with the first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, Response

from api.deps import AppSettings, Exports, Reading, RequestLanguage
from api.openapi import problems
from api.routes.listing_query import CodePattern, Day, today_or
from api.routes.plans import PlanId
from api.routes.self_contained import ONE_FILE, file_answer
from api.seeing import Sees
from api.services.plan_files import plan_file

router = APIRouter(prefix="/maps", tags=["maps"], dependencies=[Exports])


@router.get(
    "/plans/{plan_id}.html",
    response_class=HTMLResponse,
    responses={
        **ONE_FILE,
        **problems(403, 404, 409, 422, 503),
    },
)
def plan_html(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
) -> Response:
    """Draw a plan as one HTML file for mail, archive and print."""
    return file_answer(plan_file(connection, seer.today(connection), plan_id, language, settings))


@router.get(
    "/walk/{community}.html",
    response_class=HTMLResponse,
    responses={
        **ONE_FILE,
        **problems(403, 404, 422, 503),
    },
)
def walk_html(
    connection: Reading,
    seer: Sees,
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
    from api.services.walk_files import walk_file

    page = walk_file(
        connection, seer.today(connection), community, kind, profile, language, settings
    )
    return file_answer(page)


@router.get(
    "/plans/{plan_id}/handover.html",
    response_class=HTMLResponse,
    responses={**ONE_FILE, **problems(403, 404, 409, 422, 503)},
)
def handover_html(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
) -> Response:
    """Draw what a plan hands over: old and new grids side by side, and a list."""
    from api.services.map_files import handover_file

    return file_answer(
        handover_file(connection, seer.today(connection), plan_id, language, settings)
    )


@router.get(
    "/facilities/{area}.html",
    response_class=HTMLResponse,
    responses={**ONE_FILE, **problems(403, 404, 422, 503)},
)
def facilities_html(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    area: Annotated[str, Path(pattern=CodePattern, description="Code of any area.")],
    at: Day = None,
    kind: Annotated[str | None, Query(max_length=64, description="Only this kind.")] = None,
) -> Response:
    """Draw the facilities of an area by kind: map and list."""
    from api.services.map_files import facilities_file

    day = today_or(at)
    sight = seer.on(connection, day)
    return file_answer(facilities_file(connection, sight, area, day, kind, language, settings))


@router.get(
    "/coverage/{area}.html",
    response_class=HTMLResponse,
    responses={**ONE_FILE, **problems(403, 404, 422, 503)},
)
def coverage_html(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    area: Annotated[str, Path(pattern=CodePattern, description="Code of any area.")],
    kind: Annotated[
        str | None,
        Query(max_length=64, description="Facility kind on the map; the first if absent."),
    ] = None,
    minutes: Annotated[
        float | None, Query(gt=0, le=60, description="Cutoff; the longest if absent.")
    ] = None,
    profile: Annotated[str, Query(max_length=64, description="Which stored walk.")] = "default",
) -> Response:
    """Draw who reaches facilities on foot in the communities of an area; of one, its sheet."""
    from api.services.map_files import coverage_file

    sight = seer.today(connection)
    return file_answer(
        coverage_file(connection, sight, area, kind, minutes, profile, language, settings)
    )
