"""The roster through a page, and the team templates of areas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from api.deps import DatabaseEngine, Reading, RequestLanguage, needs
from api.openapi import problems
from api.principal import Principal
from api.routes.staff import AreaCode, StaffReader
from api.schemas.roster import RosterRead, TeamChoice, TeamOfArea
from api.services import roster_upload, team_choice
from api.today import today

router = APIRouter(tags=["staff"], responses=problems(403, 422, 503))

RosterKeeper = Annotated[Principal, Depends(needs("roster"))]
_TABLE: dict[str, Any] = {"media_type": "text/csv", "description": "The file itself."}


@router.post("/roster")
def read_roster(
    who: RosterKeeper,
    engine: DatabaseEngine,
    language: RequestLanguage,
    table: Annotated[bytes, Body(**_TABLE)],
    form: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
    store: Annotated[bool, Query(description="Else it is checked, and nothing stored.")] = False,
    strict: Annotated[bool, Query(description="Store nothing while a row is bad.")] = False,
) -> RosterRead:
    """Tell what a roster does within one's scope and which rows are refused; store it if asked."""
    wanted = roster_upload.Wanted(store=store, strict=strict)
    return roster_upload.read_roster(engine, who, table, form, wanted, language)


@router.get("/teams/{area}", responses=problems(404))
def show_team(
    who: StaffReader, connection: Reading, language: RequestLanguage, area: AreaCode
) -> TeamOfArea:
    """Show the team template that holds in an area, and those to choose from."""
    return team_choice.team_of_area(connection, who, area, today(), language)


@router.put("/teams/{area}", responses=problems(404), status_code=204)
def choose_team(
    who: RosterKeeper, engine: DatabaseEngine, area: AreaCode, wanted: TeamChoice
) -> Response:
    """Let a preset hold in an area and all below that have none of their own."""
    team_choice.choose_team(engine, who, area, wanted.preset, today())
    return Response(status_code=204)


@router.delete("/teams/{area}", responses=problems(404), status_code=204)
def leave_team(who: RosterKeeper, engine: DatabaseEngine, area: AreaCode) -> Response:
    """Let the template of the area above hold again."""
    team_choice.leave_team(engine, who, area, today())
    return Response(status_code=204)
