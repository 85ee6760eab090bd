"""Accounts in PostGIS, and where each of them holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from gis.store.statements import statement
from gis.store.tables import account, account_scope, area, grid, post, worker

Row = Mapping[str, Any]

# The hash stays inside: nobody who reads a listing can try passwords against it.
_LISTED = [column for column in account.c if column.name not in ("password_hash", "name_key")]


def _codes(column: sa.Column[Any]) -> sa.ColumnElement[list[str]]:
    codes = (
        sa.select(column)
        .where(account_scope.c.account_id == account.c.id, column.is_not(None))
        .order_by(column)
        .scalar_subquery()
    )
    return sa.func.array(codes, type_=sa.ARRAY(sa.Text))


def _listed() -> sa.Select[Any]:
    return sa.select(
        *_LISTED,
        _codes(account_scope.c.area_code).label("areas"),
        _codes(account_scope.c.grid_code).label("grids"),
    )


def insert_account(connection: sa.Connection, values: Row) -> int:
    """Write an account down and return its id; `values` are columns of `account`."""
    made = sa.insert(account).values(dict(values)).returning(account.c.id)
    return int(connection.execute(made).scalar_one())


def update_account(connection: sa.Connection, account_id: int, values: Row) -> None:
    """Change columns of an account."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(dict(values)))


def set_scope(
    connection: sa.Connection, account_id: int, areas: Collection[str], grids: Collection[str]
) -> None:
    """Put these areas and grids in the place of whatever the scope was."""
    connection.execute(sa.delete(account_scope).where(account_scope.c.account_id == account_id))
    rows = [{"account_id": account_id, "area_code": code, "grid_code": None} for code in areas]
    rows += [{"account_id": account_id, "area_code": None, "grid_code": code} for code in grids]
    if rows:
        connection.execute(sa.insert(account_scope), rows)


def account_rows(connection: sa.Connection) -> list[Row]:
    """Return all accounts with areas and grids of their scopes, by name; without the hashes."""
    query = _listed().order_by(account.c.name_key)
    return cast(list[Row], connection.execute(query).mappings().all())


def account_row(connection: sa.Connection, account_id: int, *, lock: bool = False) -> Row | None:
    """Return one account as `account_rows` has it, None when there is none."""
    query = _listed().where(account.c.id == account_id)
    query = query.with_for_update(of=account) if lock else query
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def account_by_key(connection: sa.Connection, name_key: str) -> Row | None:
    """Return one account by its name without case, None when there is none."""
    query = _listed().where(account.c.name_key == name_key)
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def password_of(connection: sa.Connection) -> Row | None:
    """
    Return id, password_hash and disabled_at of the name presented; None: no such account.

    The connection presents it (`gis.store.asker.presenting`): a service reads no other hash.
    """
    query = sa.text("SELECT id, password_hash, disabled_at FROM presented_password()")
    row = connection.execute(query).mappings().one_or_none()
    return cast(Row | None, row)


def note_login(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """Note when an account last signed in."""
    update_account(connection, account_id, {"login_at": at})


def covered_codes(
    connection: sa.Connection, areas: Sequence[str], grids: Sequence[str]
) -> tuple[str, ...]:
    """Return, sorted, the codes of all areas that some areas and grids cover or ever covered."""
    binds = {"areas": list(areas), "grids": list(grids)}
    return tuple(sorted(connection.execute(statement("scope_codes"), binds).scalars()))


def areas_above(connection: sa.Connection, codes: Sequence[str]) -> dict[str, frozenset[str]]:
    """
    Return each code with those of all areas it ever lay in, itself too.

    Codes that no area has stand for themselves alone.
    """
    start = sa.select(
        sa.func.unnest(sa.cast(list(codes), sa.ARRAY(sa.Text))).label("code"),
        sa.func.unnest(sa.cast(list(codes), sa.ARRAY(sa.Text))).label("above"),
    ).cte("chain", recursive=True)
    chain = start.union(
        sa.select(start.c.code, area.c.parent_code).join(
            start, (area.c.code == start.c.above) & area.c.parent_code.is_not(None)
        )
    )
    found: dict[str, set[str]] = {code: {code} for code in codes}
    for code, above in connection.execute(sa.select(chain.c.code, chain.c.above)):
        found[code].add(above)
    return {code: frozenset(above) for code, above in found.items()}


def area_line(connection: sa.Connection, code: str, at: date) -> list[str]:
    """Return an area of a day and those above it, the nearest first; empty: there is none."""
    line: list[str] = []
    above: str | None = code
    query = sa.select(area.c.parent_code).where(
        area.c.code == sa.bindparam("code"), area.c.valid.op("@>")(sa.bindparam("at", at, sa.Date))
    )
    while above is not None and above not in line:
        row = connection.execute(query, {"code": above}).one_or_none()
        if row is None:
            break
        line.append(above)
        above = row.parent_code
    return line


def communities_of_grids(connection: sa.Connection, codes: Sequence[str]) -> dict[str, str]:
    """Return the community of each of the grids that exist."""
    query = sa.select(grid.c.code, grid.c.community_code).where(grid.c.code.in_(list(codes)))
    return {row.code: row.community_code for row in connection.execute(query)}


def known_areas(connection: sa.Connection, codes: Collection[str]) -> frozenset[str]:
    """Return those of some codes that any area ever had."""
    query = sa.select(area.c.code).where(area.c.code.in_(list(codes)))
    return frozenset(connection.execute(query).scalars())


def first_worker(connection: sa.Connection, community: str) -> str | None:
    """Return the code of a worker with a post on a grid of a community, the lowest; None: none."""
    query = (
        sa.select(sa.func.min(worker.c.code))
        .join_from(worker, post, post.c.worker_id == worker.c.id)
        .join(grid, grid.c.id == post.c.grid_id)
        .where(grid.c.community_code == community)
    )
    return cast(str | None, connection.execute(query).scalar_one())
