"""Which team template holds in which area, and what of its seats nobody fills."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.statements import statement
from gis.store.tables import team


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """
    Seats of one role and level in one area on a day.

    ``subjects`` (grids, buildings ...) need ``needed`` posts together, of which ``filled`` have a
    holder; ``gap`` = needed - filled, counted subject by subject, so that a second worker in one
    grid does not fill the seat of another. ``vacant_posts`` are posts that are there without one.
    """

    area: str
    area_name: str
    level: str
    role: str
    subjects: int
    needed: int
    filled: int
    vacant_posts: int
    gap: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A subject that lacks holders of one role, and the base or special grid it is in."""

    area: str
    area_name: str
    level: str
    role: str
    code: str
    name: str | None
    needed: int
    posts: int
    held: int
    gap: int
    grid: str | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What gaps are ordered by."""
        return (self.area, self.level, self.role, self.code)


def set_template(
    connection: sa.Connection, area: str, name: str, template: Mapping[str, Any], set_by: str
) -> None:
    """Let a template hold in an area and below; it replaces the area's own one."""
    values = {"name": name, "template": dict(template), "set_by": set_by}
    insert = pg.insert(team).values(area_code=area, **values)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[team.c.area_code], set_={**values, "set_at": sa.func.now()}
        )
    )


def drop_template(connection: sa.Connection, area: str) -> bool:
    """Let the template of the area above hold again; False when the area had none of its own."""
    return connection.execute(sa.delete(team).where(team.c.area_code == area)).rowcount > 0


def templates(connection: sa.Connection) -> list[sa.Row[Any]]:
    """List areas with a template of their own: code, name, template, who set it and when."""
    return list(connection.execute(sa.select(team).order_by(team.c.area_code)))


def seat_figures(connection: sa.Connection, area: str | None, at: date) -> list[SeatFigures]:
    """
    Sum up the seats of an area and all below it on a day, by area, level and role.

    Areas without a template, own or inherited, have no rows.
    """
    return [SeatFigures(*row) for row in _filled(connection, "staff_seats", area=area, at=at)]


def gaps(
    connection: sa.Connection,
    area: str | None,
    at: date,
    *,
    after: tuple[str, str, str, str] | None = None,
    most: int,
) -> Iterator[Gap]:
    """
    List seats that nobody fills, by area, level, role and subject, from behind a key on.

    One statement; at most `most` rows.
    """
    behind = None if after is None else json.dumps(after)
    rows = _filled(connection, "staff_gaps", area=area, at=at, after=behind, most=most)
    return (Gap(*row) for row in rows)


def _filled(connection: sa.Connection, name: str, **binds: object) -> Sequence[Any]:
    """Run a query over `filled`."""
    return connection.execute(statement(name, "staff_filled"), binds).all()
