"""Sheets for paper: wall map, register and sheets of single grids, of a plan or a community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from api.deps import AppSettings, Exports, Reading, RequestLanguage
from api.openapi import problems
from api.routes.listing_query import CodePattern, Day, today_or
from api.routes.plans import PlanId
from api.routes.self_contained import ONE_FILE, file_answer
from api.seeing import Sees
from api.services.sheets import grid_sheets_file, plan_on_day, register_file, wall_map_file
from maps.paper import Paper, PaperName, Turn, paper

router = APIRouter(prefix="/maps", tags=["maps"], dependencies=[Exports])


@dataclass(frozen=True, slots=True)
class SheetWanted:
    """The paper, and who compiled the sheet."""

    sheet: Paper
    office: str | None


_Size = Annotated[PaperName, Query(alias="paper", description="Size of the paper.")]
_Turn = Annotated[Turn, Query(description="How the paper lies.")]
_Office = Annotated[
    str | None,
    Query(max_length=60, description="编制单位, who compiled it; else WANGGE_OFFICE."),
]


def _wanted(size: _Size = "a3", turn: _Turn = "landscape", office: _Office = None) -> SheetWanted:
    return SheetWanted(paper(size, turn), office)


def _wanted_a4(
    size: _Size = "a4", turn: _Turn = "landscape", office: _Office = None
) -> SheetWanted:
    return _wanted(size, turn, office)


SmallSheetQuery = Annotated[SheetWanted, Depends(_wanted_a4)]
OneGrid = Annotated[
    int | None, Query(alias="grid", ge=0, le=2**31 - 1, description="One grid by its number.")
]
SheetQuery = Annotated[SheetWanted, Depends(_wanted)]
Community = Annotated[str, Path(pattern=CodePattern, description="Code of the community.")]
_ANSWERS = {**ONE_FILE, **problems(403, 404, 409, 422, 503)}
_STANDING = {**ONE_FILE, **problems(403, 404, 422, 503)}


@router.get("/plans/{plan_id}/wall.html", response_class=HTMLResponse, responses=_ANSWERS)
def plan_wall_map(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
    wanted: SheetQuery,
) -> Response:
    """Draw the wall map of a plan: one sheet, true to a round scale."""
    return file_answer(
        wall_map_file(
            connection,
            seer.today(connection),
            plan_id,
            wanted.sheet,
            language,
            settings,
            office=wanted.office,
        )
    )


@router.get("/plans/{plan_id}/register.html", response_class=HTMLResponse, responses=_ANSWERS)
def plan_register(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
    wanted: SheetQuery,
) -> Response:
    """Write the register of a plan's grids: bounds, buildings and posts, to be signed."""
    return file_answer(
        register_file(
            connection,
            seer.today(connection),
            plan_id,
            wanted.sheet,
            language,
            settings,
            office=wanted.office,
        )
    )


@router.get("/plans/{plan_id}/grids.html", response_class=HTMLResponse, responses=_ANSWERS)
def plan_grid_sheets(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    plan_id: PlanId,
    wanted: SmallSheetQuery,
    grid: OneGrid = None,
) -> Response:
    """Draw each grid of a plan on a page of its own: map, bounds, buildings, posts."""
    return file_answer(
        grid_sheets_file(
            connection,
            seer.today(connection),
            plan_id,
            wanted.sheet,
            language,
            settings,
            office=wanted.office,
            only=grid,
        )
    )


@router.get("/communities/{code}/wall.html", response_class=HTMLResponse, responses=_STANDING)
def community_wall_map(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    code: Community,
    wanted: SheetQuery,
    at: Day = None,
) -> Response:
    """Draw the wall map of the grids that stand in a community on a day."""
    day = today_or(at)
    plan_id = plan_on_day(connection, seer.on(connection, day), code, day)
    return plan_wall_map(connection, seer, settings, language, plan_id, wanted)


@router.get("/communities/{code}/register.html", response_class=HTMLResponse, responses=_STANDING)
def community_register(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    code: Community,
    wanted: SheetQuery,
    at: Day = None,
) -> Response:
    """Write the register of the grids that stand in a community on a day."""
    day = today_or(at)
    plan_id = plan_on_day(connection, seer.on(connection, day), code, day)
    return plan_register(connection, seer, settings, language, plan_id, wanted)


@router.get("/communities/{code}/grids.html", response_class=HTMLResponse, responses=_STANDING)
def community_grid_sheets(
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    code: Community,
    wanted: SmallSheetQuery,
    at: Day = None,
    grid: OneGrid = None,
) -> Response:
    """Draw each grid that stands in a community on a day on a page of its own."""
    day = today_or(at)
    plan_id = plan_on_day(connection, seer.on(connection, day), code, day)
    return plan_grid_sheets(connection, seer, settings, language, plan_id, wanted, grid)
