"""What the planner's page needs of a plan, whole columns at a time."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from gis.store.bulk import read_frame
from gis.store.statements import statement
from gis.store.tables import area


def editor_units(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """
    Return the units of a plan in the order of their numbers.

    Returns
    -------
    units
        ``unit_id, kind, building_code, name, courtyard_code, courtyard_kind, households,
        households_estimated, elders, floors, x, y`` (degrees), ``grid_no`` (None: unassigned) and
        whatever else the ground was made with.
    """
    frame = _columns(connection, "editor_units", plan_id)
    weights = frame.pop("weights").dropna()
    if len(weights):
        frame = frame.join(pd.DataFrame(weights.tolist(), index=weights.index))
    return frame


def editor_borders(connection: sa.Connection, plan_id: int) -> gpd.GeoDataFrame:
    """Return ``left, right, length_m, runs_along, passage`` and lines; right is -1 outside."""
    return read_frame(connection, statement("editor_borders"), {"plan_id": plan_id})


def editor_courtyards(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """Return ``code, name, kind, walled, managed`` of the courtyards of a plan's units."""
    return _columns(connection, "editor_courtyards", plan_id)


def community_name(connection: sa.Connection, code: str) -> str | None:
    """Return the name a community has today; None when it is no more."""
    today = area.c.valid.contains(sa.func.current_date())
    query = sa.select(area.c.name).where(area.c.code == code, today)
    name: str | None = connection.execute(query).scalars().first()
    return name


def _columns(connection: sa.Connection, name: str, plan_id: int) -> pd.DataFrame:
    result = connection.execute(statement(name), {"plan_id": plan_id})
    columns = list(result.keys())
    return pd.DataFrame(list(result.fetchall()), columns=columns, dtype=object)
