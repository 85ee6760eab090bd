"""Reading walking circles for answers: figures, gaps, circles, sites, the reach of a building."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import pandas as pd
import sqlalchemy as sa

from gis.store import tables as t
from gis.store.sight import Sight, on_the_ground, seen
from gis.store.statements import statement

Row = Mapping[str, Any]


def figure_rows(connection: sa.Connection, sight: Sight, run_id: int, area_code: str) -> list[Row]:
    """Return the figures of an area in a run: by count, kind, method, speed and cutoff."""
    f = t.coverage_figure.c
    query = (
        sa.select(t.coverage_figure)
        .where(f.run_id == run_id, f.area_code == area_code, seen(t.coverage_figure, sight))
        .order_by(f.counted, f.kind, f.method, f.speed_m_s.desc(), f.cutoff_s)
    )
    return _rows(connection, query)


def gap_rows(
    connection: sa.Connection,
    sight: Sight,
    profile: str,
    *,
    speed_m_s: float,
    cutoff_s: int,
    kind: str | None,
    community: str | None,
    after: int,
    limit: int,
) -> list[Row]:
    """Return gaps, those with most households first, from the one after `after` on."""
    g = t.service_gap.c
    query = (
        sa.select(
            *(g.id, g.kind, g.rank, g.community_code, g.buildings, g.households),
            *(g.households_estimated, g.reasons, g.cutoff_s, g.speed_m_s),
            sa.func.ST_AsBinary(g.geom, type_=sa.LargeBinary).label("geom"),
        )
        .where(g.profile == profile, g.speed_m_s == speed_m_s, g.cutoff_s == cutoff_s)
        .where(seen(t.service_gap, sight))
        .order_by(g.households.desc(), g.id)
        .offset(after)
        .limit(limit)
    )
    query = query if kind is None else query.where(g.kind == kind)
    return _rows(
        connection, query if community is None else query.where(g.community_code == community)
    )


def circle_rows(
    connection: sa.Connection,
    sight: Sight,
    profile: str,
    *,
    kind: str,
    facility: str | None,
    speed_m_s: float,
    after: int,
    limit: int,
) -> list[Row]:
    """Return the circles of one facility, or of all of a kind together; widest last."""
    c = t.circle.c
    shape = c.geom if facility is not None else on_the_ground(c.geom, sight)
    query = (
        sa.select(
            *(c.kind, c.facility_code, c.cutoff_s, c.speed_m_s, c.status),
            sa.func.ST_AsBinary(shape, type_=sa.LargeBinary).label("geom"),
        )
        .where(c.profile == profile, c.kind == kind, c.speed_m_s == speed_m_s)
        .where(c.facility_code.is_not_distinct_from(facility), seen(t.circle, sight))
        .order_by(c.cutoff_s)
        .offset(after)
        .limit(limit)
    )
    return _rows(connection, query)


def site_rows(
    connection: sa.Connection,
    sight: Sight,
    profile: str,
    *,
    kind: str | None,
    community: str | None,
    after: int,
    limit: int,
) -> list[Row]:
    """Return the places suggested, in the order of building, from the one after `after` on."""
    s = t.site.c
    query = (
        sa.select(
            *(s.kind, s.community_code, s.rank, s.place, s.households_gained, s.cutoff_s),
            *(s.speed_m_s, s.made_at, s.certificate),
            sa.func.ST_AsBinary(s.geom, type_=sa.LargeBinary).label("geom"),
        )
        .where(s.profile == profile, seen(t.site, sight))
        .order_by(s.kind, s.community_code, s.rank)
        .offset(after)
        .limit(limit)
    )
    query = query if kind is None else query.where(s.kind == kind)
    return _rows(
        connection, query if community is None else query.where(s.community_code == community)
    )


def reach_rows(connection: sa.Connection, sight: Sight, profile: str, building: str) -> list[Row]:
    """
    Return the walk from one building to its nearest facility of each kind.

    A facility that is not seen is not named.
    """
    r, f = t.reach.c, t.facility.c
    query = (
        sa.select(
            *(r.kind, f.code.label("facility_code"), f.name.label("facility_name"), r.metres),
            *(r.open_m, r.straight_m, r.reason),
        )
        .select_from(_to_facilities(t.reach, sight))
        .where(r.profile == profile, r.building_code == building, seen(t.reach, sight))
        .order_by(r.kind)
    )
    return _rows(connection, query)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return cast(list[Row], connection.execute(query).mappings().all())


def _to_facilities(rows: sa.FromClause, sight: Sight) -> sa.FromClause:
    """Join the facility that is walked to, where it is seen."""
    walked_to = t.facility.c.code == t.reach.c.facility_code
    return rows.outerjoin(t.facility, walked_to & seen(t.facility, sight))


def reach_table(
    connection: sa.Connection, sight: Sight, profile: str, community: str
) -> pd.DataFrame:
    """Return the reach of a community's buildings, a row for each and each kind."""
    r, b, f = t.reach.c, t.building.c, t.facility.c
    query = (
        sa.select(
            *(r.building_code, r.kind, r.metres, r.straight_m, f.name.label("facility_name")),
        )
        .select_from(_to_facilities(t.reach.join(t.building, b.code == r.building_code), sight))
        .where(r.profile == profile, b.community_code == community, seen(t.building, sight))
    )
    result = connection.execute(query)
    return pd.DataFrame(result.all(), columns=list(result.keys()))


def grid_of_buildings(connection: sa.Connection, community: str, today: date) -> dict[str, str]:
    """
    Return the code of the base or special grid in which each building is today.

    A building whose stairwells are in several grids is in that of its first stairwell.
    """
    binds = {"community": community, "today": today}
    rows = connection.execute(statement("grid_of_buildings"), binds)
    return {building: grid for building, grid in rows}  # noqa: C416
