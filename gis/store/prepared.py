"""
Statements that run a thousand times a second: compiled once, and planned once per connection.

For a small tile SQLAlchemy's own way took as long as the database did, and planning as long as
running; row-level security doubles the planning. Both are spared here for a few statements;
everything else goes through SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, cast

import psycopg2
import sqlalchemy as sa
from psycopg2.extensions import adapt

from gis.store.asker import TELL, Asker, binds_of
from gis.store.statements import statement

_BIND = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    A compiled statement.

    Attributes
    ----------
    text
        With named binds as psycopg2 reads them.
    name
        Of the prepared statement; empty: it is not prepared but planned for each call.
    preparing, calling
        What prepares and what calls it.
    """

    text: str
    name: str = ""
    preparing: str = ""
    calling: str = ""


def recipe_of(
    asked: sa.Select[*tuple[Any, ...]], types: Mapping[str, str], *, prepared: bool
) -> Recipe:
    """
    Compile a statement whose binds are in `types`; others are constants and written out.

    Parameters
    ----------
    types
        Name of a bind to its PostgreSQL type.
    prepared
        Plan it once per connection. Only for statements whose best plan does not depend on what
        is asked for.
    """
    compiled = asked.compile(dialect=sa.make_url("postgresql+psycopg2://").get_dialect()())
    constants = {name: value for name, value in compiled.params.items() if name not in types}
    text = _BIND.sub(
        lambda bind: (
            adapt(constants[bind[1]]).getquoted().decode() if bind[1] in constants else bind[0]
        ),
        str(compiled),
    )
    if not prepared:
        return Recipe(text)
    names = list(dict.fromkeys(bind[1] for bind in _BIND.finditer(text)))
    name = f"wangge_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    numbered = _BIND.sub(lambda bind: f"${names.index(bind[1]) + 1}", text)
    signature = ", ".join(types[one] for one in names)
    values = ", ".join(f"%({one})s" for one in names)
    return Recipe(
        text, name, f"PREPARE {name} ({signature}) AS {numbered}", f"EXECUTE {name} ({values})"
    )


def one_row(connection: sa.Connection, recipe: Recipe, binds: Mapping[str, Any]) -> Row:
    """
    Run a recipe that only reads, and return its one row.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        Whatever the database says.
    """
    try:
        with closing(connection.connection.cursor()) as cursor:
            known: set[str] = connection.info.setdefault(_PREPARED, set())
            if recipe.name and recipe.name not in known:
                cursor.execute(recipe.preparing)
                known.add(recipe.name)
            cursor.execute(recipe.calling or recipe.text, binds)
            return cast(Row, cursor.fetchone())
    except psycopg2.Error:
        # Once more in SQLAlchemy's way, which tells a fault as all others, minds the pool when
        # the connection is lost, and needs nothing that a pooler in between may have forgotten.
        return tuple(connection.exec_driver_sql(recipe.text, dict(binds)).one())


def scoped_row(
    connection: sa.Connection, recipe: Recipe, binds: Mapping[str, Any], scope: str | None
) -> Row:
    """
    Run a recipe whose bind ``whole`` names a setting that holds `scope`; null: there is none.

    A scope of hundreds of codes takes longer to send than many a tile to draw: it is told once
    per connection, under a name made of its digest, so that no other can be taken for it. Where
    a setting would not outlive the statement, in a transaction or behind a pooler, it goes along.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        Whatever the database says.
    """
    if scope is None:
        return one_row(connection, recipe, {**binds, "whole": None})
    name = _scope_name(scope)
    if _keeps_settings(connection):
        _tell_scope(connection, name, scope)
        return one_row(connection, recipe, {**binds, "whole": name})
    along = replace(recipe, text=f"{_ALONG}; {recipe.text}", calling=_along(recipe.calling))
    return one_row(connection, along, {**binds, "whole": name, "whole_codes": scope})


_ALONG = "SELECT set_config(%(whole)s, %(whole_codes)s, true)"
_FOR_LATER = "SELECT set_config(%(whole)s, %(whole_codes)s, false)"


def _along(calling: str) -> str:
    return f"{_ALONG}; {calling}" if calling else ""


@lru_cache(maxsize=256)
def _scope_name(scope: str) -> str:
    return f"wangge.scope_{hashlib.sha256(scope.encode()).hexdigest()[:32]}"


def _keeps_settings(connection: sa.Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.autocommit) and _is_direct(connection)


def _tell_scope(connection: sa.Connection, name: str, scope: str) -> None:
    known: dict[str, None] = connection.info.setdefault(_SCOPES, {})
    if name in known:
        return
    telling = {"whole": name, "whole_codes": scope}
    connection.exec_driver_sql(_FOR_LATER, telling)
    known[name] = None
    if len(known) > _MOST_SCOPES:
        oldest = next(iter(known))
        connection.exec_driver_sql(_FOR_LATER, {"whole": oldest, "whole_codes": ""})
        del known[oldest]


_SCOPES = "wangge_scopes"
_MOST_SCOPES = 32
Row = tuple[Any, ...]
_PREPARED = "wangge_prepared"
_DIRECT = "wangge_direct"


def prepared_rows(
    connection: sa.Connection, name: str, binds: Mapping[str, object]
) -> list[dict[str, Any]]:
    """
    Run ``sql/<name>.sql``, planned once per connection, and return its rows by column.

    Only for statements whose best plan does not depend on what is asked for: after some calls
    PostgreSQL keeps one plan for all. Every bind must have a type by its place, or a CAST.
    Where a pooler stands in between, statements are not prepared: the next transaction may be
    of another connection, which does not know them.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        Whatever the database says.
    """
    if _is_direct(connection):
        recipe = _file_recipe(name)
        known: set[str] = connection.info.setdefault(_PREPARED, set())
        if recipe.name not in known:
            connection.exec_driver_sql(recipe.preparing)
            known.add(recipe.name)
        found = connection.exec_driver_sql(recipe.calling, dict(binds))
    else:
        found = connection.execute(statement(name), dict(binds))
    columns = tuple(found.keys())
    return [dict(zip(columns, row, strict=True)) for row in found]


def told_row(
    connection: sa.Connection,
    asker: Asker,
    name: str,
    *heads: str,
    binds: Mapping[str, object],
) -> Row:
    """
    Run ``sql/<name>.sql`` behind its heads in somebody's name, and return its one row.

    Who asks and what is asked for go to the server in one message, a transaction of its own; what
    the connection may read by itself holds again after it. As `prepared_rows`, it is planned once
    per connection.

    Parameters
    ----------
    connection
        Of `gis.store.engine.open_drawing_engine`, in autocommit.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        Whatever the database says.
    """
    return one_row(connection, _told_recipe(name, *heads), {**binds, **binds_of(asker)})


@cache
def _told_recipe(name: str, *heads: str) -> Recipe:
    recipe = _file_recipe(name, *heads)
    return replace(recipe, text=f"{TELL}; {recipe.text}", calling=f"{TELL}; {recipe.calling}")


@cache
def _file_recipe(name: str, *heads: str) -> Recipe:
    """Compile the statement of a file; every bind is one of PostgreSQL's own."""
    dialect = sa.make_url("postgresql+psycopg2://").get_dialect()()
    text = str(statement(name, *heads).compile(dialect=dialect))
    names = list(dict.fromkeys(bind[1] for bind in _BIND.finditer(text)))
    # Of the content: behind a pooler a connection may know the text of another version by its name.
    known_as = f"wangge_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    numbered = _BIND.sub(lambda bind: f"${names.index(bind[1]) + 1}", text)
    values = ", ".join(f"%({one})s" for one in names)
    # Sent without binds, so that the driver reads no percent signs but hands them on.
    preparing = f"PREPARE {known_as} AS {numbered.replace('%%', '%')}"
    return Recipe(text, known_as, preparing, f"EXECUTE {known_as} ({values})")


def _is_direct(connection: sa.Connection) -> bool:
    """Tell whether the process that serves is the one that was connected to; no pooler's."""
    known = connection.info.get(_DIRECT)
    if known is None:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101
        serving = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        known = connection.info[_DIRECT] = serving == driver.info.backend_pid
    return bool(known)
