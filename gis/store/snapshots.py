"""Named states of drafts, and who has a draft open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.errors import NotFound
from gis.store import tables as t
from gis.store.plans import Labels

PRESENT_S = 45


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """A named state without its units: the edit after which it was taken, by whom and when."""

    snapshot_no: int
    name: str
    made_by: str
    made_at: datetime
    seq: int


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotRow:
    """A named state: the grid of each unit of a ground, and the grids on the list."""

    head: SnapshotHead
    ground_id: int
    labels: Labels
    grids: Sequence[dict[str, Any]]


_TAKE = sa.text(
    """
    INSERT INTO snapshot (plan_id, snapshot_no, name, made_by, seq, ground_id, labels, grids)
    SELECT
        plan.id,
        coalesce((SELECT max(snapshot_no) FROM snapshot WHERE plan_id = plan.id), 0) + 1,
        :name, :made_by, plan.revision, plan.ground_id,
        (SELECT array_agg(coalesce(grid_no, -1) ORDER BY unit_no)
         FROM assignment WHERE plan_id = plan.id),
        (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'no', grid_no, 'name', name, 'kind', kind, 'locked', locked, 'removed', removed
            ) ORDER BY grid_no), '[]')
         FROM plan_grid WHERE plan_id = plan.id)
    FROM plan WHERE plan.id = :plan_id
    RETURNING snapshot_no, name, made_by, made_at, seq
    """
)


def take_snapshot(
    connection: sa.Connection, plan_id: int, *, name: str, made_by: str
) -> SnapshotHead:
    """Keep the state of a plan under a name; call it with the plan locked."""
    binds = {"plan_id": plan_id, "name": name, "made_by": made_by}
    return SnapshotHead(*connection.execute(_TAKE, binds).one())


_HEAD = [t.snapshot.c[name] for name in ("snapshot_no", "name", "made_by", "made_at", "seq")]


def snapshot_heads(connection: sa.Connection, plan_id: int) -> list[SnapshotHead]:
    """Return the named states of a plan, newest first."""
    query = sa.select(*_HEAD).where(t.snapshot.c.plan_id == plan_id)
    rows = connection.execute(query.order_by(t.snapshot.c.snapshot_no.desc()))
    return [SnapshotHead(*row) for row in rows]


def read_snapshot(connection: sa.Connection, plan_id: int, snapshot_no: int) -> SnapshotRow:
    """
    Return a named state of a plan.

    Raises
    ------
    NotFound
        The plan has none of that number.
    """
    more = (t.snapshot.c.ground_id, t.snapshot.c.labels, t.snapshot.c.grids)
    query = sa.select(*_HEAD, *more).where(
        t.snapshot.c.plan_id == plan_id, t.snapshot.c.snapshot_no == snapshot_no
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"Plan {plan_id} has no snapshot {snapshot_no}.",
            f"方案 {plan_id} 没有编号为 {snapshot_no} 的快照。",
        )
    labels = np.array(row.labels, np.int32)
    return SnapshotRow(SnapshotHead(*row[:5]), row.ground_id, labels, row.grids)


def note_presence(connection: sa.Connection, plan_id: int, client: UUID, name: str) -> list[str]:
    """Write down that a page has a plan open; return the names of all who have."""
    row = {"plan_id": plan_id, "client": client, "name": name}
    statement = pg.insert(t.plan_presence).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["plan_id", "client"],
            set_={"name": statement.excluded.name, "seen_at": sa.func.now()},
        )
    )
    seen = t.plan_presence.c.seen_at
    past = sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, PRESENT_S)
    mine = t.plan_presence.c.plan_id == plan_id
    connection.execute(sa.delete(t.plan_presence).where(mine, seen < past))
    names = sa.select(t.plan_presence.c.name).where(mine).distinct()
    return sorted(connection.execute(names).scalars())
