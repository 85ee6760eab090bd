"""What the planner's page needs of a plan, whole columns at a time."""

from __future__ import annotations

from datetime import date

import pandas as pd
import sqlalchemy as sa

from gis.store.statements import statement
from gis.store.tables import area, plan_grid


def editor_units(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """
    Return what of the units of a plan may change, in the order of their numbers.

    Returns
    -------
    units
        ``name`` and ``elders`` of their buildings as they are today, ``grid_no`` (-1:
        unassigned).
    """
    return _columns(connection, "editor_units", plan_id)


def editor_grids(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """Return ``no, name, kind, locked, removed, code`` of all grids a plan ever had, by number."""
    grid = plan_grid.c
    columns = (grid.name, grid.kind, grid.locked, grid.removed, grid.code)
    query = sa.select(grid.grid_no.label("no"), *columns)
    rows = connection.execute(query.where(grid.plan_id == plan_id).order_by(grid.grid_no))
    return pd.DataFrame(list(rows), columns=list(rows.keys()), dtype=object)


def editor_courtyards(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """Return ``code, name, kind, walled, managed`` of the courtyards of a plan's units."""
    return _columns(connection, "editor_courtyards", plan_id)


def community_name(connection: sa.Connection, code: str, today: date) -> str | None:
    """Return the name a community has today; None when it is no more."""
    holds = area.c.valid.contains(today)
    query = sa.select(area.c.name).where(area.c.code == code, holds)
    name: str | None = connection.execute(query).scalars().first()
    return name


def _columns(connection: sa.Connection, name: str, plan_id: int) -> pd.DataFrame:
    result = connection.execute(statement(name), {"plan_id": plan_id})
    columns = list(result.keys())
    return pd.DataFrame(list(result.fetchall()), columns=columns, dtype=object)
