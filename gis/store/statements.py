"""The hot queries, kept as .sql files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import sqlalchemy as sa


@cache
def statement(name: str, head: str | None = None) -> sa.TextClause:
    """
    Return the query ``sql/<name>.sql`` with its named binds.

    Parameters
    ----------
    head
        Name of a file whose ``WITH`` part several queries share; it comes before.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    folder = files("gis.store") / "sql"
    names = [name] if head is None else [head, name]
    return sa.text("".join((folder / f"{n}.sql").read_text(encoding="utf-8") for n in names))
