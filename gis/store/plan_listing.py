"""Reading plans, grids, communities and handover lists; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, cast

import pandas as pd
import sqlalchemy as sa

from gis.store.sight import Sight, seen
from gis.store.statements import statement
from gis.store.tables import area, building, plan, publication, unit
from gis.store.tile_rows import communities_within

Row = Mapping[str, Any]
Tier = Literal["base", "micro"]
BBox = tuple[float, float, float, float]


def _rows(connection: sa.Connection, query: str, **binds: object) -> list[Row]:
    found = connection.execute(statement(query), binds).mappings().all()
    return cast(list[Row], found)


def community_rows(
    connection: sa.Connection,
    sight: Sight,
    *,
    at: date,
    after: str = "",
    limit: int = 200,
) -> list[Row]:
    """Return the communities seen in the order of codes, each with the plan that stands."""
    return _rows(
        connection, "communities", at=at, **_seen_binds(sight), after=after, row_limit=limit
    )


def _seen_binds(sight: Sight) -> dict[str, object]:
    return {"states": sight.states, "seen": sight.communities}


def plan_rows(
    connection: sa.Connection,
    sight: Sight,
    *,
    community: str | None = None,
    state: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Row]:
    """Return the plans seen with their figures, newest first."""
    return _rows(
        connection,
        "plan_summaries",
        plan_id=None,
        **_seen_binds(sight),
        community=community,
        state=state,
        before=before,
        row_limit=limit,
    )


def plan_row(connection: sa.Connection, sight: Sight, plan_id: int) -> Row | None:
    """Return one plan with its figures, None when there is none to be seen."""
    rows = _rows(
        connection,
        "plan_summaries",
        plan_id=plan_id,
        **_seen_binds(sight),
        community=None,
        state=None,
        before=None,
        row_limit=1,
    )
    return rows[0] if rows else None


def plan_exists(connection: sa.Connection, sight: Sight, plan_id: int) -> bool:
    """Tell whether there is a plan of that number to be seen."""
    query = sa.select(plan.c.id).where(plan.c.id == plan_id, seen(plan, sight))
    if sight.states is not None:
        query = query.where(plan.c.state.in_(sight.states))
    return connection.execute(query).first() is not None


def plan_grid_rows(
    connection: sa.Connection, plan_id: int, *, after: int = -1, limit: int = 1000
) -> list[Row]:
    """Return the grids of a plan in the order of their numbers; ``geom`` is WKB."""
    return _rows(connection, "plan_grids", plan_id=plan_id, after=after, row_limit=limit)


def published_grid_rows(
    connection: sa.Connection,
    sight: Sight,
    *,
    at: date,
    community: str | None = None,
    code: str | None = None,
    bbox: BBox | None = None,
    tier: Tier = "base",
    after: str = "",
    limit: int = 1000,
) -> list[Row]:
    """Return the published grids that hold on a day, in the order of codes; ``geom`` is WKB."""
    west, south, east, north = bbox or (None, None, None, None)
    return _rows(
        connection,
        "published_grids",
        at=at,
        seen=sight.communities,
        community=community,
        code=code,
        tier=tier,
        after=after,
        west=west,
        south=south,
        east=east,
        north=north,
        row_limit=limit,
    )


def communities_by_size(connection: sa.Connection) -> list[Row]:
    """Return the communities of today, ``code, name, buildings``, the largest first."""
    return _rows(connection, "communities_by_size")


def handover_rows(
    connection: sa.Connection, plan_id: int, *, after: str = "", limit: int = 1000
) -> list[Row]:
    """Return what passes from grid to grid when the plan takes effect."""
    return _rows(connection, "handover_rows", plan_id=plan_id, after=after, row_limit=limit)


def stored_extent(connection: sa.Connection, sight: Sight) -> BBox | None:
    """
    Return the box around all communities seen in degrees, None when there are none.

    What is drawn lies in communities; a county with two of them is mostly empty ground.
    """
    visible = seen(area, sight)
    return _extent(connection, (area.c.level == "community") & visible) or _extent(
        connection, visible
    )


def area_extent(connection: sa.Connection, sight: Sight, code: str, *, at: date) -> BBox | None:
    """
    Return the box around the communities of an area as they stood on a day, in degrees.

    Around the area itself where it has none, None when it is not there to be seen.
    """
    if not sight.holds(code):
        return None
    day = sa.cast(at, sa.Date)
    inside = communities_within(connection, code, at) or (code,)
    return _extent(connection, sa.and_(area.c.code.in_(inside), area.c.valid.op("@>")(day)))


def _extent(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> BBox | None:
    box = sa.func.ST_Extent(area.c.geom)
    corners = [
        sa.func.ST_XMin(box),
        sa.func.ST_YMin(box),
        sa.func.ST_XMax(box),
        sa.func.ST_YMax(box),
    ]
    west, south, east, north = connection.execute(sa.select(*corners).where(wanted)).one()
    return None if west is None else (west, south, east, north)


def plan_building_shapes(connection: sa.Connection, plan_id: int, *, limit: int) -> list[bytes]:
    """Return the footprints of a plan's buildings as WKB, in the order of codes."""
    query = (
        sa.select(sa.func.ST_AsBinary(building.c.geom, type_=sa.LargeBinary))
        .where(
            building.c.code.in_(
                sa.select(unit.c.building_code)
                .join(plan, plan.c.ground_id == unit.c.ground_id)
                .where(plan.c.id == plan_id)
            )
        )
        .order_by(building.c.code)
        .limit(limit)
    )
    return [bytes(shape) for shape in connection.execute(query).scalars()]


def plan_building_rows(connection: sa.Connection, plan_id: int) -> list[Row]:
    """Return the buildings and stairwells of a plan, each with its grid; ``geom`` is WKB."""
    return _rows(connection, "plan_buildings", plan_id=plan_id)


def building_names(connection: sa.Connection, codes: Sequence[str]) -> pd.DataFrame:
    """Return ``name`` and ``courtyard`` (either may be None) of buildings, indexed by code."""
    rows = _rows(connection, "building_names", codes=list(codes))
    frame = pd.DataFrame([dict(row) for row in rows], columns=["code", "name", "courtyard"])
    return frame.astype(object).set_index("code")


def grid_post_rows(connection: sa.Connection, plan_id: int, *, at: date) -> list[Row]:
    """Return the posts of a plan's grids on a day, by grid and role; never who holds them."""
    return _rows(connection, "grid_posts", plan_id=plan_id, at=at)


def plan_standing_on(
    connection: sa.Connection, sight: Sight, community: str, at: date, tier: Tier = "base"
) -> int | None:
    """Return the id of the plan seen to stand for a community on a day, None when none does."""
    query = sa.select(publication.c.plan_id).where(
        publication.c.community_code == community,
        publication.c.tier == tier,
        publication.c.valid.op("@>")(sa.cast(at, sa.Date)),
        seen(publication, sight),
    )
    return cast(int | None, connection.execute(query).scalar_one_or_none())
