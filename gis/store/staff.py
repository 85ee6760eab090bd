"""Who holds which post on a day, what they look after, and whom they work with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gis.store.prepared import prepared_rows
from gis.store.statements import statement
from gis.store.tables import grid, post, worker


@dataclass(frozen=True, slots=True)
class HeldPost:
    """
    A post of a worker, for one of its subjects.

    ``area_code`` is the community of a grid, building, stairwell or resident group, and the area
    itself of a post for an area. ``until`` is the first day it no longer holds; None: open.
    """

    code: str
    role: str
    tags: Sequence[str]
    subject_kind: str
    subject_code: str
    area_code: str
    grid_name: str | None
    as_deputy: bool
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Ground:
    """
    A building, or one stairwell of it, that a worker looks after.

    ``grid_code`` is the grid it is in on that day: a micro grid where the worker's post is for
    one; None where nothing is published.
    """

    building_code: str
    stairwell_code: str | None
    grid_code: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as stored; phones are told by right only, else masked (`gis.masking`)."""

    code: str
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A post near a grid with its holder and deputy; both None: vacant."""

    code: str
    role: str
    tags: Sequence[str]
    subject_kind: str
    subject_code: str
    holder: Person | None
    deputy: Person | None


def held_posts(connection: sa.Connection, code: str, at: date) -> list[HeldPost]:
    """
    List the posts that a worker holds or is deputy of on a day, own ones first.

    Empty for a code that nobody has. A post with several grids comes once for each.
    """
    rows = connection.execute(statement("staff_posts"), {"worker": code, "at": at})
    return [HeldPost(*row) for row in rows]


def ground_of(connection: sa.Connection, code: str, at: date) -> list[Ground]:
    """
    List what a worker looks after on a day, by grid and building; each thing once per grid.

    What their grids hold, the buildings of their resident groups, and buildings and stairwells
    they have posts for. Posts for communities and above bring none.
    """
    rows = prepared_rows(connection, "staff_ground", {"worker": code, "at": at})
    return [Ground(**row) for row in rows]


def colleagues(connection: sa.Connection, grid_code: str, at: date) -> list[Colleague]:
    """List the posts of a grid on a day, then those of its community and the areas above."""
    rows = connection.execute(statement("staff_colleagues"), {"grid": grid_code, "at": at})
    return [
        Colleague(
            row.code,
            row.role,
            row.tags,
            row.subject_kind,
            row.subject,
            _person(row.worker, row.name, row.phone),
            _person(row.deputy, row.deputy_name, row.deputy_phone),
        )
        for row in rows
    ]


def _person(code: str | None, name: str | None, phone: str | None) -> Person | None:
    return None if code is None else Person(code, name or "", phone)


@dataclass(frozen=True, slots=True)
class AreaStaff:
    """
    Staff of one area on a day beside its households.

    ``persons`` sums the residents of buildings that know theirs, ``known_buildings`` of them; it
    is for rounded figures of communities and above only.
    """

    code: str
    name: str
    level: str
    households: int
    persons: int | None
    known_buildings: int
    workers: int
    posts: int
    vacant: int


def area_staff(connection: sa.Connection, area: str, at: date) -> list[AreaStaff]:
    """Return the figures of an area and then of those right below it; empty: no such area."""
    rows = connection.execute(statement("staff_figures"), {"area": area, "at": at})
    return [AreaStaff(*row) for row in rows]


def find_person(connection: sa.Connection, code: str) -> Person | None:
    """Return a worker by code, gone ones included; None for one whose data were erased."""
    query = sa.select(worker.c.code, worker.c.name, worker.c.phone).where(
        worker.c.code == code, worker.c.erased_on.is_(None)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Person(*row)


def areas_of_worker(connection: sa.Connection, code: str) -> set[tuple[str, str | None]]:
    """Return area and grid of every post a worker ever had or was deputy of."""
    query = (
        sa.select(sa.func.coalesce(post.c.area_code, grid.c.community_code), grid.c.code)
        .select_from(worker)
        .join(post, sa.or_(post.c.worker_id == worker.c.id, post.c.deputy_id == worker.c.id))
        .outerjoin(grid, grid.c.id == post.c.grid_id)
        .where(worker.c.code == code)
        .distinct()
    )
    return {(str(area), grid_code) for area, grid_code in connection.execute(query)}


def standing_places(
    connection: sa.Connection, code: str, at: date
) -> list[tuple[str, str | None, bool]]:
    """
    Return where a worker's posts are that have not ended on a day, as holder or deputy.

    Area, grid (None: the post is for none) and whether the post has begun. Empty for a code that
    nobody in the roster has.
    """
    query = (
        sa.select(
            sa.func.coalesce(post.c.area_code, grid.c.community_code),
            grid.c.code,
            sa.func.lower(post.c.valid) <= at,
        )
        .select_from(worker)
        .join(post, worker.c.id.in_((post.c.worker_id, post.c.deputy_id)))
        .outerjoin(grid, grid.c.id == post.c.grid_id)
        .where(
            worker.c.code == code,
            worker.c.retired_on.is_(None),
            sa.func.coalesce(sa.func.upper(post.c.valid) > at, sa.true()),
        )
    )
    found = connection.execute(query)
    return [(str(area), grid_code, bool(begun)) for area, grid_code, begun in found]


def forget(
    connection: sa.Connection, codes: Sequence[str] | None, before: date, today: date
) -> tuple[list[str], int]:
    """
    Erase names and phones of workers whose last post ended on or before a day.

    `codes` None: of all of them. Rows of rosters that are settled or wait since then are emptied,
    too. Returns the codes, sorted, and the number of rows.
    """
    binds = {
        "codes": None if codes is None else list(codes),
        "before": before,
        "today": today,
    }
    gone = connection.execute(statement("staff_forget"), binds).scalars()
    codes_gone = sorted(str(code) for code in gone)
    rows = connection.execute(statement("staff_forget_rows"), {"before": before}).scalar_one()
    return codes_gone, int(rows)
