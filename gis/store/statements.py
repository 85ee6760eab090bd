"""The hot queries, kept as .sql files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import sqlalchemy as sa


@cache
def statement(name: str) -> sa.TextClause:
    """
    Return the query ``sql/<name>.sql`` with its named binds.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    return sa.text((files("gis.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8"))
