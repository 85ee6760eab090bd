"""The answer to a stroke: what was moved, what was not and why, and the touched grids."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import sqlalchemy as sa

from api.schemas.planning import GridFigures, Rejection, Stroked
from api.services.desk import Desk
from api.services.histories import ENDS_NOTHING, stacks
from api.services.strokes import Stroke
from gis.store import edits as history
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.plans import Move, PlanRow
from gis.yardstick import grid_judgement


def stroked(
    desk: Desk, connection: sa.Connection, plan: PlanRow, done: Stroke, *, again: bool = False
) -> Stroked:
    """
    Tell what became of a stroke, in its own transaction.

    Parameters
    ----------
    plan
        As it was before the stroke.
    again
        It had been made before, and grids are told as they are now.
    """
    labels = done.labels
    if labels is None:
        labels = store.read_labels(connection, plan.plan_id)
    measure = desk.ground_of(connection, plan.ground_id).measure(plan.rules)
    can_undo, can_redo = _steps(desk, connection, plan, done, again=again)
    return Stroked(
        seq=done.seq,
        revision=plan.revision if again or done.seq is None else done.seq,
        ground=plan.ground_id,
        action=done.action,
        undoes=done.undoes,
        applied=[(m.unit_no, m.from_grid, m.to_grid) for m in done.applied],
        rejected=_rejections(connection, plan, done.rejected),
        grids=grid_figures_now(desk, connection, plan, labels, done.touched),
        capacity=measure.capacity,
        unassigned=int((labels == store.UNASSIGNED).sum()),
        numbers=done.detail.get("numbers", {}),
        replayed=again,
        can_undo=can_undo,
        can_redo=can_redo,
    )


def _steps(
    desk: Desk, connection: sa.Connection, plan: PlanRow, done: Stroke, *, again: bool
) -> tuple[bool, bool]:
    """Whether whoever asks can undo and redo something now."""
    stepped = done.action in ("undo", "redo")
    if not again and done.seq is not None and not stepped and done.action not in ENDS_NOTHING:
        # After a stroke of one's own there is that to undo, and nothing to make again.
        return True, False
    heads = done.heads
    if heads is None:
        heads = tuple(history.edit_heads(connection, plan.plan_id))
    known = stacks(heads, desk.who.name)
    return bool(known.done), bool(known.undone)


def grid_figures_now(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    labels: store.Labels,
    grids: Iterable[int],
) -> list[GridFigures]:
    """Judge some grids of a plan as they are in the transaction."""
    stored = plan_grids.grid_aspects(connection, plan.plan_id, grids)
    if not stored:
        return []
    measure = desk.ground_of(connection, plan.ground_id).measure(plan.rules)
    judged = grid_judgement(measure, np.asarray(labels), list(stored))
    columns = {name: judged[name].tolist() for name in judged}
    return [
        GridFigures.model_validate(
            {"no": no, **aspects, **{name: column[k] for name, column in columns.items()}}
        )
        for k, (no, aspects) in enumerate(stored.items())
    ]


def _rejections(
    connection: sa.Connection, plan: PlanRow, rejected: Iterable[Move]
) -> list[Rejection]:
    rejected = list(rejected)
    if not rejected:
        return []
    held = history.holders(connection, plan, [m.unit_no for m in rejected])
    gone = plan_grids.removed_grids(connection, plan.plan_id)
    return [_rejection(m, held[m.unit_no], gone) for m in rejected if m.unit_no in held]


def _rejection(move: Move, holder: history.Holder, gone: Collection[int]) -> Rejection:
    # Where it still is where it was seen, only its grids can have held it.
    kept = "removed" if move.to_grid in gone else "locked"
    return Rejection.model_validate(
        {
            "unit": move.unit_no,
            "from": move.from_grid,
            "to": move.to_grid,
            "now": holder.grid_no,
            "by": holder.made_by,
            "at": holder.made_at,
            "why": kept if holder.grid_no == move.from_grid else "taken",
        }
    )
