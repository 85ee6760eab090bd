"""Who answers for a spot: its grid, its building, its chain of posts, what is near it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gis.store.asker import Asker
from gis.store.prepared import told_row
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
    """A building."""

    code: str
    name: str | None
    number: str | None
    address: str | None
    community: str | None
    courtyard: str | None


@dataclass(frozen=True, slots=True)
class PostThere:
    """A post of the chain, with the numbers of holder and deputy; without holder it is vacant."""

    code: str
    role: str
    tags: Sequence[str]
    holder: int | None
    deputy: int | None


@dataclass(frozen=True, slots=True)
class SubjectThere:
    """An area, group, grid, building or stairwell that a spot belongs to, with its posts."""

    kind: str
    code: str
    name: str | None
    posts: list[PostThere]


@dataclass(frozen=True, slots=True)
class ChainThere:
    """Everything that a spot belongs to, and the team template that holds, as JSON; or None."""

    subjects: list[SubjectThere]
    template: str | None

    @property
    def workers(self) -> list[int]:
        """Numbers of all holders and deputies, for `people_of`."""
        posts = [post for subject in self.subjects for post in subject.posts]
        return [one for post in posts for one in (post.holder, post.deputy) if one is not None]


People = Mapping[int, Person]
"""Workers by their numbers; a chain is told without people unless these are read."""


@dataclass(frozen=True, slots=True)
class FacilityThere:
    """A facility and how far off it is, on foot or as the crow flies."""

    kind: str
    code: str
    name: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class SpotThere:
    """
    All that is told of a spot on a day.

    Attributes
    ----------
    buildings
        Those that are meant or hold the point, by code; grids and all else are told of one alone.
    grids
        Those that hold it: base or special first, lowest code first on a border.
    nearest
        Outside all base and special grids the nearest one; None: inside, or none is published.
    chain
        Empty outside of them.
    on_foot, by_air
        Facilities near by the stored walk; where none is stored, as the crow flies.
    """

    buildings: list[BuildingThere]
    grids: list[GridThere]
    nearest: GridThere | None
    chain: ChainThere
    on_foot: list[FacilityThere]
    by_air: list[FacilityThere]


_CHAIN = ("responsible_sole", "responsible_chain")
_AT_POINT = ("responsible_at_point", *_CHAIN)
_AT_BUILDING = ("responsible_at_building", "responsible_held", *_CHAIN)
_AT_ADDRESS = ("responsible_at_address", "responsible_held", *_CHAIN)


def spot_at_point(
    connection: sa.Connection, asker: Asker, lon: float, lat: float, at: date, *, most: int
) -> SpotThere:
    """
    Return what a point belongs to, with the building that holds it: lowest code of several.

    The connection is one that `gis.store.prepared.told_row` wants; `most` facilities are told.
    """
    return _spot(connection, asker, _AT_POINT, {"lon": lon, "lat": lat, "at": at, "most": most})


def spot_at_building(
    connection: sa.Connection, asker: Asker, code: str, at: date, *, most: int
) -> SpotThere:
    """Return what a building belongs to, as `spot_at_point` does; without one of that code none."""
    return _spot(connection, asker, _AT_BUILDING, {"building": code, "at": at, "most": most})


def spot_at_address(
    connection: sa.Connection,
    asker: Asker,
    spellings: Sequence[str],
    at: date,
    *,
    candidates: int,
    most: int,
) -> SpotThere:
    """
    Return what the one building belongs to that a name or address means, or the several it means.

    The most exact spelling that means any counts; of several buildings at most `candidates`.
    """
    binds = {"whole": list(spellings), "candidates": candidates, "at": at, "most": most}
    return _spot(connection, asker, _AT_ADDRESS, binds)


def _spot(
    connection: sa.Connection, asker: Asker, heads: Sequence[str], binds: Mapping[str, object]
) -> SpotThere:
    all_binds = {**binds, "reach_m": REACH_M}
    row = told_row(connection, asker, "responsible_there", *heads, binds=all_binds)
    buildings, grids, nearest, links, on_foot, by_air = row
    return SpotThere(
        [BuildingThere(*one) for one in buildings or ()],
        [GridThere(*one) for one in grids or ()],
        GridThere(*nearest) if nearest else None,
        _chain(links or ()),
        [FacilityThere(*one) for one in on_foot or ()],
        [FacilityThere(*one) for one in by_air or ()],
    )


def building_there(connection: sa.Connection, code: str, at: date) -> BuildingThere | None:
    """Return a building by its code."""
    binds = {"building": code, "at": at}
    row = connection.execute(statement("responsible_building"), binds).one_or_none()
    return None if row is None else BuildingThere(*row)


def grids_of_building(connection: sa.Connection, building: str, at: date) -> list[GridThere]:
    """Return the grids that hold a building or stairwells of it: base or special first."""
    binds = {"building": building, "at": at}
    heads = ("responsible_at_building", "responsible_held")
    rows = connection.execute(statement("responsible_grids_of", *heads), binds)
    return [GridThere(*row) for row in rows]


def chain_there(
    connection: sa.Connection,
    community: str,
    grids: Sequence[str],
    building: str | None,
    at: date,
) -> ChainThere:
    """Return what a spot belongs to with all posts of each: areas, group, grids, building ..."""
    query = statement("responsible_links", "responsible_known", "responsible_chain")
    binds = {"community": community, "grids": list(grids), "building": building, "at": at}
    return _chain(connection.execute(query, binds))


def _chain(links: Iterable[Sequence[Any]]) -> ChainThere:
    """Gather the rows of `responsible_links`, by subject, into a chain."""
    subjects: dict[tuple[str, str], SubjectThere] = {}
    held: str | None = None
    for kind, code, name, template, *post in links:
        held = held or template
        there = subjects.get((kind, code))
        if there is None:
            there = subjects[kind, code] = SubjectThere(kind, code, name, [])
        if post[0] is not None:
            there.posts.append(PostThere(*post))
    return ChainThere(list(subjects.values()), held)


def people_of(connection: sa.Connection, chain: ChainThere) -> People:
    """Return the holders and deputies of a chain, as far as who asks may read them."""
    query = statement("responsible_people")
    return _people(connection.execute(query, {"ids": chain.workers}).scalar_one())


def people_told(connection: sa.Connection, asker: Asker, chain: ChainThere) -> People:
    """Return the same in the name of `asker`, over a connection as `spot_at_point` wants."""
    binds = {"ids": chain.workers}
    return _people(told_row(connection, asker, "responsible_people", binds=binds)[0])


def _people(found: Sequence[Sequence[Any]] | None) -> People:
    return {number: Person(code, name, phone) for number, code, name, phone in found or ()}


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
