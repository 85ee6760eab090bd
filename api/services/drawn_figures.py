"""The answer to a stroke: what was moved, what was not and why, and the touched grids."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.planning import GridFigures, Rejection, Stroked
from api.services.desk import Desk
from api.services.histories import stacks
from api.services.strokes import Stroke
from gis.store import edits as history
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.plans import EditRow, Move, PlanRow
from gis.yardstick import grid_judgement


def stroked(
    desk: Desk,
    connection: sa.Connection,
    plan_id: int,
    done: Stroke,
    edit: EditRow | None = None,
    *,
    again: bool = False,
) -> Stroked:
    """
    Tell what became of a stroke, in its own transaction.

    Parameters
    ----------
    edit
        Its edit, where it was read already.
    again
        It had been made before, and grids are told as they are now.
    """
    plan = store.read_plan(connection, plan_id)
    if edit is None and done.seq is not None:
        edit = history.read_edit(connection, plan_id, done.seq)
    known = stacks(history.edit_heads(connection, plan_id), desk.who.name)
    labels = store.read_labels(connection, plan_id)
    measure = desk.ground_of(connection, plan.ground_id).measure(plan.rules)
    return Stroked(
        seq=done.seq,
        revision=plan.revision,
        action="" if edit is None else edit.action,
        undoes=None if edit is None else edit.undoes,
        applied=[(m.unit_no, m.from_grid, m.to_grid) for m in done.applied],
        rejected=_rejections(connection, plan, done.rejected),
        grids=grid_figures_now(desk, connection, plan, labels, done.touched),
        capacity=measure.capacity,
        unassigned=int((labels == store.UNASSIGNED).sum()),
        numbers={} if edit is None else (edit.detail or {}).get("numbers", {}),
        replayed=again,
        can_undo=bool(known.done),
        can_redo=bool(known.undone),
    )


def grid_figures_now(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    labels: store.Labels,
    grids: Iterable[int] | None = None,
) -> list[GridFigures]:
    """Judge some grids of a plan as they are in the transaction, or all of them (None)."""
    stored = plan_grids.grid_rows(connection, plan.plan_id, grids)
    if stored.empty:
        return []
    measure = desk.ground_of(connection, plan.ground_id).measure(plan.rules)
    judged = grid_judgement(measure, np.asarray(labels), stored.index.tolist())
    rows = pd.concat([stored, judged], axis=1).reset_index(names="no").to_dict("records")
    return [GridFigures.model_validate({**row, "problems": list(row["problems"])}) for row in rows]


def _rejections(
    connection: sa.Connection, plan: PlanRow, rejected: Iterable[Move]
) -> list[Rejection]:
    rejected = list(rejected)
    held = history.holders(connection, plan.plan_id, [m.unit_no for m in rejected])
    return [_rejection(move, held[move.unit_no]) for move in rejected if move.unit_no in held]


def _rejection(move: Move, holder: history.Holder) -> Rejection:
    return Rejection.model_validate(
        {
            "unit": move.unit_no,
            "from": move.from_grid,
            "to": move.to_grid,
            "now": holder.grid_no,
            "by": holder.made_by,
            "at": holder.made_at,
            # Where it still is where it was seen, only a lock can have held it.
            "why": "locked" if holder.grid_no == move.from_grid else "taken",
        }
    )
