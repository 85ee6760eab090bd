"""The team template of an area as pages show and set it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.roster import TeamOfArea, TeamSeat, TeamShown
from api.services import teams
from api.services.staff import require_staff_area
from gis.errors import InputError, Language
from gis.staff.roles import level_title, role_title
from gis.staff.teams import TeamTemplate, load_team, preset_names, team_from_document
from gis.store.accounts import area_line
from gis.store.teams import templates


def team_of_area(
    connection: sa.Connection, who: Principal, area: str, at: date, language: Language
) -> TeamOfArea:
    """
    Show the template that holds in an area, its own or the nearest above, and the presets.

    Raises
    ------
    NotFound
        There is no such area, or it lies outside the scope of who asks.
    """
    require_staff_area(connection, who, area, at)
    own = {row.area_code: row.template for row in templates(connection)}
    holding = next((code for code in area_line(connection, area, at) if code in own), None)
    team = None if holding is None else team_from_document(own[holding])
    return TeamOfArea(
        area=area,
        team=None if team is None else _shown(team, language),
        set_in=holding,
        presets=[_shown(load_team(name), language) for name in preset_names()],
    )


def choose_team(engine: sa.Engine, who: Principal, area: str, preset: str, at: date) -> None:
    """
    Let a preset hold in an area and all below it.

    Raises
    ------
    NotFound
        There is no such area, or it lies outside the scope of who asks.
    InputError
        There is no such preset.
    """
    with engine.connect() as connection:
        require_staff_area(connection, who, area, at)
    if preset not in preset_names():
        known = ", ".join(preset_names())
        raise InputError(
            f"There is no team template of that name: choose one of {known}.",
            f"没有此名称的队伍模板：请选用 {known}。",
        )
    teams.set_team(engine, area, load_team(preset), made_by=who.name)


def leave_team(engine: sa.Engine, who: Principal, area: str, at: date) -> None:
    """
    Take an area's own template away; that of the area above holds again.

    Raises
    ------
    NotFound
        There is no such area in the scope of who asks, or it has no template of its own.
    """
    with engine.connect() as connection:
        require_staff_area(connection, who, area, at)
    teams.drop_team(engine, area, made_by=who.name)


def _shown(team: TeamTemplate, language: Language) -> TeamShown:
    return TeamShown(
        name=team.name,
        chain=[level_title(level, language) for level in team.chain],
        seats=[
            TeamSeat(
                level=seat.level,
                level_title=level_title(seat.level, language),
                role=seat.role,
                title=role_title(seat.role, language, team),
                count=seat.count,
            )
            for seat in team.seats
        ],
    )
