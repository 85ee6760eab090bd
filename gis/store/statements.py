"""The hot queries, kept as .sql files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import sqlalchemy as sa


@cache
def statement(name: str, *heads: str) -> sa.TextClause:
    """
    Return the query ``sql/<name>.sql`` with its named binds.

    Parameters
    ----------
    heads
        Names of files with parts of its ``WITH`` that several queries share, in their order; they
        come before.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    folder = files("gis.store") / "sql"
    parts = [(folder / f"{one}.sql").read_text(encoding="utf-8") for one in (*heads, name)]
    return sa.text("".join(parts))
