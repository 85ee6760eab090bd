"""Who answers for a spot: its grid, its building, its chain of posts, what is near it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gis.store.staff import Person
from gis.store.statements import statement

REACH_M = 3000.0
"""How far facilities are looked for as the crow flies."""


@dataclass(frozen=True, slots=True)
class GridThere:
    """A published grid; ``metres`` is 0 where it holds the spot, else how far off it begins."""

    code: str
    name: str
    kind: str
    community: str
    metres: float


@dataclass(frozen=True, slots=True)
class BuildingThere:
    """A building and a point inside it, in degrees."""

    code: str
    name: str | None
    number: str | None
    address: str | None
    community: str | None
    courtyard: str | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class PostThere:
    """A post of the chain with its holder and deputy; without holder it is vacant."""

    code: str
    role: str
    tags: Sequence[str]
    holder: Person | None
    deputy: Person | None


@dataclass(frozen=True, slots=True)
class SubjectThere:
    """An area, group, grid, building or stairwell that a spot belongs to, with its posts."""

    kind: str
    code: str
    name: str | None
    posts: list[PostThere]


@dataclass(frozen=True, slots=True)
class ChainThere:
    """Everything that a spot belongs to, and the team template that holds; None: no template."""

    subjects: list[SubjectThere]
    template: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class FacilityThere:
    """A facility and how far off it is, on foot or as the crow flies."""

    kind: str
    code: str
    name: str | None
    metres: float


def grids_at(connection: sa.Connection, lon: float, lat: float, at: date) -> list[GridThere]:
    """Return the grids that hold a point: base or special first, lowest code on a border."""
    binds = {"lon": lon, "lat": lat, "at": at}
    return [GridThere(*row) for row in connection.execute(statement("responsible_grid"), binds)]


def nearest_grid(connection: sa.Connection, lon: float, lat: float, at: date) -> GridThere | None:
    """Return the base or special grid nearest to a point; None when nothing is published."""
    binds = {"lon": lon, "lat": lat, "at": at}
    row = connection.execute(statement("responsible_near"), binds).one_or_none()
    return None if row is None else GridThere(*row)


def building_there(
    connection: sa.Connection,
    at: date,
    *,
    code: str | None = None,
    point: tuple[float, float] | None = None,
) -> BuildingThere | None:
    """Return a building by its code, or the one that holds a point; lowest code of several."""
    lon, lat = point or (None, None)
    binds = {"building": code, "lon": lon, "lat": lat, "at": at}
    row = connection.execute(statement("responsible_building"), binds).one_or_none()
    return None if row is None else BuildingThere(*row)


def buildings_called(
    connection: sa.Connection, spellings: Sequence[str], at: date, *, most: int
) -> list[BuildingThere]:
    """
    Return the buildings that a name or address means, the most exact spelling's first.

    Those of one spelling stand together, by code; less exact ones are left out behind it.
    """
    binds = {"whole": list(spellings), "at": at, "most": most}
    rows = connection.execute(statement("responsible_address"), binds).all()
    return [BuildingThere(*row[:8]) for row in rows if row.rank == rows[0].rank]


def grids_of_building(connection: sa.Connection, building: str, at: date) -> list[GridThere]:
    """Return the grids that hold a building or stairwells of it: base or special first."""
    binds = {"building": building, "at": at}
    rows = connection.execute(statement("responsible_grids_of"), binds)
    return [GridThere(*row[1:]) for row in rows]


def chain_there(
    connection: sa.Connection,
    community: str,
    grids: Sequence[str],
    building: str | None,
    at: date,
) -> ChainThere:
    """Return what a spot belongs to with all posts of each: areas, group, grids, building ..."""
    binds = {"community": community, "grids": list(grids), "building": building, "at": at}
    subjects: dict[tuple[str, str], SubjectThere] = {}
    template: Mapping[str, Any] | None = None
    for row in connection.execute(statement("responsible_chain"), binds):
        template = template or row.template
        there = subjects.setdefault(
            (row.kind, row.code), SubjectThere(row.kind, row.code, row.name, [])
        )
        if row.post is not None:
            there.posts.append(_post(row))
    return ChainThere(list(subjects.values()), template)


def _post(row: sa.Row[Any]) -> PostThere:
    holder = Person(row.worker, row.worker_name, row.worker_phone) if row.worker else None
    deputy = Person(row.deputy, row.deputy_name, row.deputy_phone) if row.deputy else None
    return PostThere(row.post, row.role, row.tags, holder, deputy)


def facilities_on_foot(
    connection: sa.Connection, building: str, at: date, *, most: int
) -> list[FacilityThere]:
    """Return the nearest facility of each kind walked, in metres on foot; empty: not walked."""
    binds = {"building": building, "at": at, "most": most}
    return [FacilityThere(*row) for row in connection.execute(statement("responsible_walk"), binds)]


def facilities_by_air(
    connection: sa.Connection, lon: float, lat: float, at: date, *, most: int
) -> list[FacilityThere]:
    """Return the nearest facility of each kind within `REACH_M` as the crow flies."""
    binds = {"lon": lon, "lat": lat, "at": at, "reach_m": REACH_M, "most": most}
    rows = connection.execute(statement("responsible_straight"), binds)
    return [FacilityThere(*row) for row in rows]


def grid_called(connection: sa.Connection, code: str, at: date) -> GridThere | None:
    """Return a grid that is published on a day, by its code."""
    binds = {"grid": code, "at": at}
    row = connection.execute(statement("responsible_grid_called"), binds).one_or_none()
    return None if row is None else GridThere(*row)


def buildings_in_grid(connection: sa.Connection, code: str, at: date) -> list[BuildingThere]:
    """Return the buildings that a grid holds in whole or in part, by courtyard and number."""
    binds = {"grid": code, "at": at}
    rows = connection.execute(statement("responsible_buildings_in"), binds)
    return [BuildingThere(*row) for row in rows]
