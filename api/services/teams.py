"""Team templates of areas: set, shown, dropped; each call is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from api.services import audit
from api.services.importing import writing
from api.today import today
from gis.errors import NotFound
from gis.staff.teams import TeamTemplate, team_document, team_from_document
from gis.store import teams as store
from gis.store.extracts import area_name
from gis.store.sight import EVERYWHERE
from gis.store.teams import Gap, SeatFigures


@dataclass(frozen=True, slots=True)
class StoredTeam:
    """A template that holds in an area and below, who set it and when."""

    area: str
    team: TeamTemplate
    set_by: str
    set_at: datetime


def set_team(engine: sa.Engine, area: str, team: TeamTemplate, *, made_by: str) -> None:
    """
    Let a team template hold in an area and all below it.

    Raises
    ------
    NotFound
        There is no such area.
    """
    with writing(engine) as connection:
        require_area(connection, area, today())
        store.set_template(connection, area, team.name, team_document(team), made_by)
        _audit(connection, "team.set", area, made_by, {"team": team.name})


def drop_team(engine: sa.Engine, area: str, *, made_by: str) -> None:
    """
    Take an area's own template away; that of the area above holds again.

    Raises
    ------
    NotFound
        The area has none of its own.
    """
    with writing(engine) as connection:
        if not store.drop_template(connection, area):
            raise NotFound(
                f"Area {area} has no team template of its own.",
                f"区划 {area} 没有自己的队伍模板。",
                area=area,
            )
        _audit(connection, "team.drop", area, made_by, {})


def stored_teams(connection: sa.Connection) -> list[StoredTeam]:
    """List the areas that have a template of their own."""
    return [
        StoredTeam(row.area_code, team_from_document(row.template), row.set_by, row.set_at)
        for row in store.templates(connection)
    ]


@dataclass(frozen=True, slots=True)
class Vacancies:
    """Seats of an area on a day, summed up, and those nobody fills, one by one."""

    seats: list[SeatFigures]
    gaps: list[Gap]

    @property
    def missing(self) -> int:
        """How many holders are missing in all."""
        return sum(seat.gap for seat in self.seats)


def vacancies(
    connection: sa.Connection, area: str | None, at: date | None, *, most: int
) -> Vacancies:
    """
    Tell which seats of the team templates nobody fills on a day.

    Raises
    ------
    NotFound
        There is no such area on that day.
    """
    day = at or today()
    if area is not None:
        require_area(connection, area, day)
    return Vacancies(
        store.seat_figures(connection, area, day),
        list(store.gaps(connection, area, day, most=most)),
    )


def require_area(connection: sa.Connection, area: str, at: date) -> str:
    """Return the name of an area on a day; raise NotFound when there is none."""
    name = area_name(connection, EVERYWHERE, area, at)
    if name is None:
        raise NotFound(f"There is no area {area}.", f"没有区划 {area}。", area=area)
    return name


def _audit(
    connection: sa.Connection, action: str, area: str, made_by: str, detail: Mapping[str, object]
) -> None:
    who = audit.who_asks(connection, made_by)
    audit.record(connection, who, action, ("area", area), community=area, detail=detail)
