"""The history of a plan: who moved what, and what can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from gis.errors import NotFound
from gis.store import tables as t
from gis.store.plans import EditRow, PlanRow, edit_row


@dataclass(frozen=True, slots=True)
class EditHead:
    """
    An edit without its moves.

    ``ground`` and ``ground_was`` are of an edit that put the plan on another ground.
    """

    seq: int
    made_by: str
    action: str
    undoes: int | None
    ground: int | None = None
    ground_was: int | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Where a unit is, and who moved it last and when (None: nobody since the plan began)."""

    grid_no: int | None
    made_by: str | None
    made_at: datetime | None


def edit_heads(connection: sa.Connection, plan_id: int) -> list[EditHead]:
    """Return all edits of a plan without their moves, oldest first."""
    columns = [t.edit.c[name] for name in ("seq", "made_by", "action", "undoes")]
    grounds = [t.edit.c.detail[name].as_integer() for name in ("ground", "ground_was")]
    query = sa.select(*columns, *grounds).where(t.edit.c.plan_id == plan_id).order_by(t.edit.c.seq)
    return [EditHead(*row) for row in connection.execute(query)]


def read_edit(connection: sa.Connection, plan_id: int, seq: int) -> EditRow:
    """
    Return one edit.

    Raises
    ------
    NotFound
        The plan has no edit of that number.
    """
    query = sa.select(t.edit).where(t.edit.c.plan_id == plan_id, t.edit.c.seq == seq)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"Plan {plan_id} has no edit {seq}.", f"方案 {plan_id} 没有编号为 {seq} 的修改。"
        )
    return edit_row(row)


def edit_of_client(connection: sa.Connection, plan_id: int, client: UUID) -> EditRow | None:
    """Return the edit that a page made under this name of its own; None when it made none."""
    query = sa.select(t.edit).where(t.edit.c.plan_id == plan_id, t.edit.c.client == client)
    row = connection.execute(query).one_or_none()
    return None if row is None else edit_row(row)


def edits_after(
    connection: sa.Connection, plan_id: int, after: int, *, limit: int
) -> list[EditRow]:
    """Return the edits of a plan with a number above `after`, oldest first."""
    query = (
        sa.select(t.edit)
        .where(t.edit.c.plan_id == plan_id, t.edit.c.seq > after)
        .order_by(t.edit.c.seq)
        .limit(limit)
    )
    return [edit_row(row) for row in connection.execute(query)]


_HOLDERS = sa.text(
    """
    SELECT DISTINCT ON (held.unit_no) held.unit_no, held.grid_no, mover.made_by, mover.made_at
    FROM assignment AS held
    LEFT JOIN (
        SELECT edit.seq, edit.made_by, edit.made_at, CAST(move ->> 0 AS int) AS unit_no
        FROM edit CROSS JOIN jsonb_array_elements(edit.moves) AS move
        WHERE edit.plan_id = :plan_id AND edit.seq > :after
          AND edit.action NOT IN ('divide', 'adopt', 'repair', 'fork')
          AND CAST(move ->> 0 AS int) = ANY (:units)
    ) AS mover USING (unit_no)
    WHERE held.plan_id = :plan_id AND held.unit_no = ANY (:units)
    ORDER BY held.unit_no, mover.seq DESC NULLS LAST
    """
)


# Who is too late is too late by a few strokes; the others cost a look through the whole history.
_RECENT = 100


def holders(connection: sa.Connection, plan: PlanRow, units: Collection[int]) -> dict[int, Holder]:
    """Tell where units of a plan, read in this transaction, are, and who moved each there."""
    recent = max(plan.revision - _RECENT, 0)
    found = _holders(connection, plan.plan_id, units, recent)
    unmoved = [unit for unit, holder in found.items() if holder.made_by is None]
    return found if recent == 0 else found | _holders(connection, plan.plan_id, unmoved, 0)


def _holders(
    connection: sa.Connection, plan_id: int, units: Collection[int], after: int
) -> dict[int, Holder]:
    if not units:
        return {}
    binds = {"plan_id": plan_id, "units": sorted(units), "after": after}
    rows = connection.execute(_HOLDERS, binds)
    return {row.unit_no: Holder(row.grid_no, row.made_by, row.made_at) for row in rows}
