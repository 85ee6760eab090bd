"""Who holds which post on a day, what they look after, and whom they work with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gis.store.statements import statement


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


def held_posts(connection: sa.Connection, worker: str, at: date) -> list[HeldPost]:
    """
    List the posts that a worker holds or is deputy of on a day, own ones first.

    Empty for a code that nobody has. A post with several grids comes once for each.
    """
    rows = connection.execute(statement("staff_posts"), {"worker": worker, "at": at})
    return [HeldPost(*row) for row in rows]


def ground_of(connection: sa.Connection, worker: str, at: date) -> list[Ground]:
    """
    List what a worker looks after on a day, by grid and building; each thing once per grid.

    What their grids hold, the buildings of their resident groups, and buildings and stairwells
    they have posts for. Posts for communities and above bring none.
    """
    rows = connection.execute(statement("staff_ground"), {"worker": worker, "at": at})
    return [Ground(*row) for row in rows]


def colleagues(connection: sa.Connection, grid: str, at: date) -> list[Colleague]:
    """List the posts of a grid on a day, then those of its community and the areas above."""
    rows = connection.execute(statement("staff_colleagues"), {"grid": grid, "at": at})
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
    return None if code is None else Person(code, name or code, phone)
