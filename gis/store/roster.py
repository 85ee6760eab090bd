"""Staged posts of a roster: what they are for, and what contradicts them."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from gis.store.statements import statement

_FORGET = "DROP TABLE IF EXISTS pg_temp.staged_subject"


def stage_subjects(connection: sa.Connection) -> None:
    """
    Fill the temporary table ``staged_subject``: a row for each subject of each staged post.

    `gis.store.upsert.stage` ran in the same transaction.
    """
    connection.execute(sa.text(_FORGET))
    connection.execute(statement("roster_subjects"))
    connection.execute(sa.text("ANALYZE pg_temp.staged_subject"))


def roster_faults(connection: sa.Connection) -> pd.DataFrame:
    """
    Find staged posts that cannot be stored.

    Returns
    -------
    faults
        ``row_no``, ``field``, ``fault`` (a key of the import's texts) and ``value``, what it
        speaks of; by row. Of two rows that contradict each other the later one is named.
    """
    found = connection.execute(statement("roster_faults"))
    return pd.DataFrame(found.all(), columns=["row_no", "field", "fault", "value"])


def drop_subjects_of_unstaged(connection: sa.Connection) -> None:
    """Forget the subjects of posts that were taken out of the staging table."""
    connection.execute(
        sa.text(
            "DELETE FROM pg_temp.staged_subject AS x WHERE NOT EXISTS "
            "(SELECT 1 FROM pg_temp.staged AS s WHERE s.row_no = x.row_no)"
        )
    )
