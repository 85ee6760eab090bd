"""From which grids a published plan's grids took their households."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from gis.store import tables as t


def lineage_of(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """
    Return the lineage of a plan's grids, empty before its publication and for a first one.

    Returns
    -------
    lineage
        Columns ``grid_no``, ``from_grid`` (code), ``households``; sorted by both.
    """
    giver = t.grid.alias("giver")
    query = (
        sa.select(t.grid_period.c.grid_no, giver.c.code, t.lineage.c.households)
        .join_from(
            t.lineage,
            t.grid_period,
            (t.grid_period.c.grid_id == t.lineage.c.grid_id)
            & (t.grid_period.c.plan_id == t.lineage.c.plan_id),
        )
        .join(giver, giver.c.id == t.lineage.c.from_grid_id)
        .where(t.lineage.c.plan_id == plan_id, t.lineage.c.households > 0)
        .order_by(t.grid_period.c.grid_no, giver.c.code)
    )
    rows = connection.execute(query).all()
    return pd.DataFrame(rows, columns=["grid_no", "from_grid", "households"])
