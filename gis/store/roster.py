"""Staged posts of a roster: what they are for, and what contradicts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.statements import statement
from gis.store.tables import grid, post, worker

_FORGET = "DROP TABLE IF EXISTS pg_temp.staged_subject"


def limit_statements(connection: sa.Connection, seconds: float) -> None:
    """Let PostgreSQL end statements of this transaction that take longer."""
    wanted = sa.func.set_config("statement_timeout", str(max(1, round(seconds * 1000))), True)
    connection.execute(sa.select(wanted))


def stage_subjects(connection: sa.Connection) -> None:
    """
    Fill the temporary table ``staged_subject``: a row for each subject of each staged post.

    `gis.store.upsert.stage` ran in the same transaction.
    """
    connection.execute(sa.text(_FORGET))
    connection.execute(statement("roster_subjects"))
    connection.execute(sa.text("ANALYZE pg_temp.staged_subject"))


def roster_faults(connection: sa.Connection, today: date) -> pd.DataFrame:
    """
    Find staged posts that cannot be stored; `today` begins those that name no day.

    Returns
    -------
    faults
        ``row_no``, ``field``, ``fault`` (a key of the import's texts) and ``value``, what it
        speaks of; by row. Of two rows that contradict each other the later one is named.
    """
    found = connection.execute(statement("roster_faults"), {"today": today})
    return pd.DataFrame(found.all(), columns=["row_no", "field", "fault", "value"])


def roster_places(connection: sa.Connection) -> pd.DataFrame:
    """
    Tell where everything lies that staged posts speak of and that is stored.

    Returns
    -------
    places
        ``row_no``, ``field``, ``fault`` (a key of the import's texts, for whoever may not know
        of it), ``value`` (what the row calls it) and ``area``, a code or None; a post or worker
        of several areas has a row for each.
    """
    found = connection.execute(statement("roster_places"))
    return pd.DataFrame(found.all(), columns=["row_no", "field", "fault", "value", "area"])


def areas_of_workers(connection: sa.Connection, codes: Sequence[str]) -> pd.DataFrame:
    """Tell in which areas workers hold or held posts: ``code`` and ``area``, a row for each."""
    of_grid = sa.func.coalesce(grid.c.community_code, post.c.area_code)
    query = (
        sa.select(worker.c.code, of_grid)
        .join_from(worker, post, worker.c.id.in_((post.c.worker_id, post.c.deputy_id)))
        .outerjoin(grid, grid.c.id == post.c.grid_id)
        .where(worker.c.code == sa.any_(sa.literal(list(codes), pg.ARRAY(sa.Text))))
        .distinct()
    )
    return pd.DataFrame(connection.execute(query).all(), columns=["code", "area"])


def drop_subjects_of_unstaged(connection: sa.Connection) -> None:
    """Forget the subjects of posts that were taken out of the staging table."""
    connection.execute(
        sa.text(
            "DELETE FROM pg_temp.staged_subject AS x WHERE NOT EXISTS "
            "(SELECT 1 FROM pg_temp.staged AS s WHERE s.row_no = x.row_no)"
        )
    )
