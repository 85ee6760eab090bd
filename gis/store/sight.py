"""
What an asker sees of the map: the one predicate that every reading of map rows carries.

==================================  ============================================================
rows                                seen are
==================================  ============================================================
areas                               those of the scope and all below them
courtyards, buildings, facilities,  those of the communities seen
plans, grids, posts, gaps
gates, stairwells                   those of the courtyards and buildings seen
streets, barriers                   those that touch the ground of the communities seen
circles of one facility             those of the facilities seen
circles of a kind                   what of them lies on the ground seen
reach                               that of the buildings seen; a facility beyond is not named
suggested sites                     those on the ground seen, by whom the service knows
==================================  ============================================================

Rows of no community are seen from everywhere only. Row-level security would say the same, but
geometry operators are not leakproof: it turned an index search into a scan of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects import postgresql as pg

from gis.store import tables as t
from gis.store.statements import statement

PUBLIC_STATES = ("published", "archived")
"""States of the plans that are no drafts."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scope:
    """Bounds of what is seen: areas with all below them, and the communities of grids."""

    areas: tuple[str, ...]
    grids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What somebody may see, whatever the day.

    Attributes
    ----------
    scope
        Where; None: everywhere.
    drafts
        Whether plans that are not published, too.
    known
        Whether it is somebody the service knows: only they are told suggested sites.
    """

    scope: Scope | None
    drafts: bool
    known: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """
    The areas seen on a day.

    Attributes
    ----------
    areas
        Codes of every level, each seen whole, sorted.
    communities
        Those of them that are communities, sorted.
    shape
        Their ground in degrees, EPSG:4326; empty when there is none.
    placed, tree
        Those of the communities that have a ground, and a search tree of their bounds.
    """

    day: date
    areas: tuple[str, ...]
    communities: tuple[str, ...]
    shape: BaseGeometry
    placed: tuple[str, ...] = ()
    tree: shapely.STRtree = field(default_factory=lambda: shapely.STRtree([]))

    @property
    def weight(self) -> int:
        """Bytes of memory, about: a prepared shape keeps its segments in two indexes."""
        vertices = int(shapely.get_num_coordinates(self.shape))
        return 2_000 + 120 * vertices + 300 * len(self.areas)

    @property
    def box(self) -> Box | None:
        """West, south, east, north of this ground; None when it is empty."""
        west, south, east, north = (float(side) for side in self.shape.bounds)
        return None if self.shape.is_empty else (west, south, east, north)

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies on this ground or its outline."""
        return bool(self.shape.intersects(shapely.Point(lon, lat)))

    def covers(self, box: Box) -> bool:
        """Tell whether a box in degrees lies on this ground, without its outline."""
        return bool(shapely.contains_properly(self.shape, shapely.box(*box)))

    def within(self, box: Box) -> str:
        """Return what of this ground lies in a box in degrees, as EWKB in hexadecimal digits."""
        part = shapely.set_srid(shapely.intersection(self.shape, shapely.box(*box)), 4326)
        return str(shapely.to_wkb(part, hex=True, include_srid=True))

    def near(self, box: Box) -> tuple[str, ...]:
        """Return codes of the communities whose bounds touch a box in degrees, sorted."""
        return _near(self, box)

    def meet(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of each row west, south, east, north in degrees whether it touches this ground."""
        found = shapely.intersects(self.shape, shapely.box(*boxes.T))
        return np.asarray(found, dtype=np.bool_)


# The layers of a tile ask for the same box one after the other.
@lru_cache(maxsize=16)
def _near(ground: Ground, box: Box) -> tuple[str, ...]:
    found = sorted(ground.tree.query(shapely.box(*box)).tolist())
    return tuple(ground.placed[one] for one in found)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """
    What somebody sees on a day; every function that reads map rows for an answer takes one.

    Attributes
    ----------
    ground
        The areas seen; None: everywhere.
    drafts, known
        As in `Outlook`.
    """

    ground: Ground | None
    drafts: bool
    known: bool

    @property
    def states(self) -> list[str] | None:
        """States of the plans that are seen; None: all."""
        return None if self.drafts else list(PUBLIC_STATES)

    @property
    def communities(self) -> list[str] | None:
        """Codes of the communities seen; None: all."""
        return None if self.ground is None else list(self.ground.communities)

    @property
    def areas(self) -> list[str] | None:
        """Codes of the areas seen; None: all."""
        return None if self.ground is None else list(self.ground.areas)

    @property
    def published(self) -> Sight:
        """The same without drafts."""
        return Sight(self.ground, drafts=False, known=self.known)

    def holds(self, area: str) -> bool:
        """Tell whether an area is seen, should there be one of that code."""
        return self.ground is None or area in self.ground.areas


EVERYWHERE = Sight(None, drafts=True, known=True)
"""What whoever runs the command line sees: they hold the database."""
PUBLISHED = Sight(None, drafts=False, known=False)
"""What everybody sees where readers need no account."""


def sight_on(connection: sa.Connection, outlook: Outlook, day: date) -> Sight:
    """Learn what an outlook shows on a day; reads the area tree once, unless it is everywhere."""
    ground = None if outlook.scope is None else _ground(connection, outlook.scope, day)
    return Sight(ground, drafts=outlook.drafts, known=outlook.known)


def _ground(connection: sa.Connection, scope: Scope, day: date) -> Ground:
    binds = {"areas": list(scope.areas), "grids": list(scope.grids), "at": day}
    rows = connection.execute(statement("sight_ground"), binds).all()
    placed = [row for row in rows if row.shape is not None]
    shapes = shapely.from_wkb([bytes(row.shape) for row in placed])
    shape = shapely.union_all(shapes)
    shapely.prepare(shape)
    return Ground(
        day,
        tuple(row.code for row in rows),
        tuple(row.code for row in rows if row.level == "community"),
        shape,
        tuple(row.code for row in placed),
        shapely.STRtree(np.asarray(shapely.box(*shapely.bounds(shapes).T))),
    )


def seen(table: sa.FromClause, sight: Sight) -> sa.ColumnElement[bool]:
    """
    Tell which rows of a table are seen; everywhere this is no condition at all.

    Parameters
    ----------
    table
        A table of the map, or an alias of one.
    """
    if table.name == "site" and not sight.known:  # type: ignore[attr-defined]
        return sa.false()
    ground = sight.ground
    if ground is None:
        return sa.true()
    return _seen(table, ground)


def _seen(table: sa.FromClause, ground: Ground) -> sa.ColumnElement[bool]:
    name: str = table.name  # type: ignore[attr-defined]
    if name == "area":
        return among(table.c.code, ground.areas)
    if name in _OWNERS:
        column, owner = _OWNERS[name]
        theirs = sa.select(owner.c.code).where(among(owner.c.community_code, ground.communities))
        return table.c[column].in_(theirs)
    if name == "circle":
        own = sa.select(t.facility.c.code).where(
            among(t.facility.c.community_code, ground.communities)
        )
        of_a_kind = table.c.facility_code.is_(None) & touches(table.c.geom, ground)
        return sa.or_(table.c.facility_code.in_(own), of_a_kind)
    if name == "coverage_figure":
        return among(table.c.area_code, ground.areas)
    if "community_code" in table.c and name != "site":
        return among(table.c.community_code, ground.communities)
    return touches(table.c.geom, ground)


_OWNERS = {
    "gate": ("courtyard_code", t.courtyard),
    "stairwell": ("building_code", t.building),
    "reach": ("building_code", t.building),
}


def among(column: sa.ColumnElement[Any], codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """Tell whether a column is one of some codes; a few hundred cost no more than one."""
    return column == sa.any_(sa.bindparam(None, list(codes), pg.ARRAY(sa.Text)))


def touches(geom: sa.ColumnElement[Any], ground: Ground) -> sa.ColumnElement[bool]:
    """Tell which shapes touch the ground; each is looked up in the index of areas."""
    a = t.area.alias("seen_area")
    return sa.exists().where(
        among(a.c.code, ground.communities),
        a.c.valid.bool_op("@>")(sa.cast(ground.day, sa.Date)),
        sa.func.ST_Intersects(a.c.geom, geom),
    )


def on_the_ground(geom: sa.ColumnElement[Any], sight: Sight) -> sa.ColumnElement[Any]:
    """Return of shapes what lies on the ground seen, as a MultiPolygon."""
    if sight.ground is None:
        return geom
    a = t.area.alias("ground_area")
    whole = (
        sa.select(sa.func.ST_Union(a.c.geom))
        .where(
            among(a.c.code, sight.ground.communities),
            a.c.valid.bool_op("@>")(sa.cast(sight.ground.day, sa.Date)),
        )
        .scalar_subquery()
    )
    cut = sa.func.ST_CollectionExtract(sa.func.ST_Intersection(geom, whole), 3)
    return sa.func.ST_Multi(cut)
