"""The grids of a draft as a planner handles them: names, kinds, locks, new ones, empty ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa

from gis.store import tables as t

Aspect = Literal["removed", "name", "kind", "locked"]
ASPECTS: tuple[Aspect, ...] = ("removed", "name", "kind", "locked")


def grid_locks(connection: sa.Connection, plan_id: int, grids: Collection[int]) -> dict[int, bool]:
    """Return those of some grids that are on a plan's list, and whether each is locked."""
    query = sa.select(t.plan_grid.c.grid_no, t.plan_grid.c.locked).where(
        t.plan_grid.c.plan_id == plan_id,
        t.plan_grid.c.grid_no.in_([n for n in sorted(grids) if n < 2**31]),
        ~t.plan_grid.c.removed,
    )
    return {int(number): bool(locked) for number, locked in connection.execute(query)}


def removed_grids(connection: sa.Connection, plan_id: int) -> set[int]:
    """Return the numbers that were taken off a plan's list."""
    query = sa.select(t.plan_grid.c.grid_no).where(
        t.plan_grid.c.plan_id == plan_id, t.plan_grid.c.removed
    )
    return set(connection.execute(query).scalars())


def peopled_grids(connection: sa.Connection, plan_id: int, grids: Collection[int]) -> set[int]:
    """Return those of some grids that have units."""
    if not grids:
        return set()
    query = sa.select(t.assignment.c.grid_no).where(
        t.assignment.c.plan_id == plan_id, t.assignment.c.grid_no.in_(sorted(grids))
    )
    return set(connection.execute(query.distinct()).scalars())


def grid_names(
    connection: sa.Connection, plan_id: int, grids: Collection[int]
) -> dict[int, tuple[str, str]]:
    """Return name and kind of some grids by their numbers, rising."""
    query = (
        sa.select(t.plan_grid.c.grid_no, t.plan_grid.c.name, t.plan_grid.c.kind)
        .where(t.plan_grid.c.plan_id == plan_id, t.plan_grid.c.grid_no.in_(sorted(grids)))
        .order_by(t.plan_grid.c.grid_no)
    )
    return {int(no): (name, kind) for no, name, kind in connection.execute(query)}


def read_names(connection: sa.Connection, plan_id: int, grids: Sequence[int]) -> pd.DataFrame:
    """Return ``name`` and ``kind`` of some grids, indexed by their numbers, rising."""
    names = grid_names(connection, plan_id, grids)
    index = pd.Index(list(names), name="grid", dtype="int64")
    return pd.DataFrame(list(names.values()), index, columns=["name", "kind"])


_STORED = ("name", "kind", "locked", "removed", "posts_needed", "round_m")


def grid_aspects(
    connection: sa.Connection, plan_id: int, grids: Iterable[int]
) -> dict[int, dict[str, Any]]:
    """
    Return what is stored of some grids, but for shapes and sums, by their numbers, rising.

    Each has ``name, kind, locked, removed, posts_needed, round_m``.
    """
    columns = [t.plan_grid.c[name] for name in _STORED]
    query = sa.select(t.plan_grid.c.grid_no, *columns).where(
        t.plan_grid.c.plan_id == plan_id, t.plan_grid.c.grid_no.in_(sorted(grids))
    )
    rows = connection.execute(query.order_by(t.plan_grid.c.grid_no))
    nothing = {"posts_needed": 0, "round_m": 0.0}
    return {
        int(no): {
            name: nothing.get(name) if value is None else value
            for name, value in zip(_STORED, values, strict=True)
        }
        for no, *values in rows
    }


def grid_states(connection: sa.Connection, plan_id: int) -> dict[int, dict[str, str | bool]]:
    """Return the aspects of every grid that a plan ever had."""
    columns = [t.plan_grid.c[name] for name in ASPECTS]
    query = sa.select(t.plan_grid.c.grid_no, *columns).where(t.plan_grid.c.plan_id == plan_id)
    rows = connection.execute(query.order_by(t.plan_grid.c.grid_no))
    return {row.grid_no: {name: row._mapping[name] for name in ASPECTS} for row in rows}


_COPY_STATE = sa.text(
    """
    UPDATE plan_grid SET
        locked = given.locked, removed = given.removed,
        brought_code = old.brought_code, code = old.brought_code
    FROM jsonb_to_recordset(CAST(:grids AS jsonb)) AS given (no int, locked bool, removed bool)
    LEFT JOIN plan_grid AS old ON old.plan_id = :from_plan AND old.grid_no = given.no
    WHERE plan_grid.plan_id = :plan_id AND plan_grid.grid_no = given.no
    """
)


def copy_state(
    connection: sa.Connection, plan_id: int, from_plan: int, grids: Sequence[Mapping[str, Any]]
) -> None:
    """Give the grids of a new draft their locks, and the codes they brought to another plan."""
    rows = [{name: grid[name] for name in ("no", "locked", "removed")} for grid in grids]
    binds = {"plan_id": plan_id, "from_plan": from_plan, "grids": json.dumps(rows)}
    connection.execute(_COPY_STATE, binds)


def next_number(connection: sa.Connection, plan_id: int) -> int:
    """Return the number above every number the plan ever had; call it with the plan locked."""
    query = sa.select(sa.func.coalesce(sa.func.max(t.plan_grid.c.grid_no), -1) + 1)
    return int(connection.execute(query.where(t.plan_grid.c.plan_id == plan_id)).scalar_one())


def add_grid(connection: sa.Connection, plan_id: int, number: int, name: str, kind: str) -> None:
    """Add an empty grid that is not on the list yet; a change of ``removed`` puts it there."""
    connection.execute(
        sa.insert(t.plan_grid).values(
            plan_id=plan_id,
            grid_no=number,
            name=name,
            kind=kind,
            removed=True,
            posts_needed=0,
            round_m=0.0,
            flags=["no_households"],
        )
    )


def change_grid(
    connection: sa.Connection,
    plan_id: int,
    number: int,
    aspect: str,
    was: str | bool,
    is_now: str | bool,
) -> bool:
    """Change one column of a grid that still has the value it is said to have; tell if it had."""
    column = t.plan_grid.c[aspect]
    statement = (
        sa.update(t.plan_grid)
        .where(t.plan_grid.c.plan_id == plan_id, t.plan_grid.c.grid_no == number, column == was)
        .values({column: is_now})
    )
    return connection.execute(statement).rowcount == 1
