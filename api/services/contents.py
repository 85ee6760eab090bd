"""What a database holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gis.store.engine import open_engine
from gis.store.tables import metadata


@dataclass(frozen=True, slots=True)
class Contents:
    """Number of rows of every table of Wangge that is there."""

    rows: dict[str, int]


def count_contents(url: str) -> Contents:
    """Count the rows of every table of Wangge in the database."""
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            there = set(sa.inspect(connection).get_table_names())
            return Contents(
                {
                    table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
                    or 0
                    for table in metadata.sorted_tables
                    if table.name in there
                }
            )
    finally:
        engine.dispose()
