"""Use cases of redrawing: a stroke, undo, redo; each one saved edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from api.services.plans import fill_grids, grid_figures
from gis.errors import Conflict, InputError, first_ids
from gis.partition.rules import rules_from_document
from gis.store import plans as store
from gis.store.grounds import load_ground
from gis.store.plans import EditRow, Move, PlanRow


@dataclass(frozen=True, slots=True)
class Stroke:
    """What became of a stroke: its number (None when nothing moved), and the moves by outcome."""

    seq: int | None
    applied: tuple[Move, ...]
    rejected: tuple[Move, ...]


def stroke(
    engine: sa.Engine,
    plan_id: int,
    moves: Sequence[Move],
    *,
    made_by: str,
    why: str | None = None,
) -> Stroke:
    """
    Move units between the grids of a draft: one stroke, one edit.

    A move whose unit is no longer where it says is rejected and returned; the others stand.

    Raises
    ------
    InputError
        A unit is named by two moves: only one of them could hold.
    Conflict
        The plan takes no more edits.
    """
    _refuse_unit_twice(moves)
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        return _apply(connection, plan, moves, made_by=made_by, action="stroke", why=why)


def _refuse_unit_twice(moves: Sequence[Move]) -> None:
    # PostgreSQL would carry out one of the two, and the edit would record both.
    counts = Counter(move.unit_no for move in moves)
    twice = sorted(unit for unit, count in counts.items() if count > 1)
    if twice:
        raise InputError(
            f"A stroke moves each unit once; it names twice: {first_ids(twice)}.",
            f"一次调整中每个单位只能移动一次，重复的有：{first_ids(twice)}。",
            units=twice,
        )


def undo(engine: sa.Engine, plan_id: int, *, made_by: str) -> Stroke:
    """
    Take back the last stroke that stands, by its inverse.

    Raises
    ------
    Conflict
        There is nothing to undo, or the plan takes no more edits.
    """
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        done, _ = _stacks(store.read_edits(connection, plan_id))
        return _take_back(connection, plan, done, made_by=made_by, action="undo")


def redo(engine: sa.Engine, plan_id: int, *, made_by: str) -> Stroke:
    """
    Apply again what the last undo took back.

    Raises
    ------
    Conflict
        Nothing was undone since the last stroke, or the plan takes no more edits.
    """
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        _, undone = _stacks(store.read_edits(connection, plan_id))
        return _take_back(connection, plan, undone, made_by=made_by, action="redo")


def _stacks(edits: Sequence[EditRow]) -> tuple[list[EditRow], list[EditRow]]:
    """Edits that stand and undo-edits that could be redone, each newest last."""
    done: list[EditRow] = []
    undone: list[EditRow] = []
    for edit in edits:
        if edit.action == "undo":
            done.pop()
            undone.append(edit)
        elif edit.action == "redo":
            undone.pop()
            done.append(edit)
        else:
            done.append(edit)
            undone.clear()
    return done, undone


def _take_back(
    connection: sa.Connection, plan: PlanRow, stack: list[EditRow], *, made_by: str, action: str
) -> Stroke:
    if not stack:
        raise Conflict(
            f"There is nothing to {action} in plan {plan.plan_id}.",
            f"方案 {plan.plan_id} 没有可{'撤销' if action == 'undo' else '重做'}的操作。",
        )
    last = stack[-1]
    inverse = [move.inverse() for move in last.moves]
    return _apply(
        connection, plan, inverse, made_by=made_by, action=action, undoes=last.seq, always=True
    )


def _apply(
    connection: sa.Connection,
    plan: PlanRow,
    moves: Sequence[Move],
    *,
    made_by: str,
    action: str,
    why: str | None = None,
    undoes: int | None = None,
    always: bool = False,
) -> Stroke:
    _check_grids_exist(connection, plan, moves)
    applied, rejected = store.apply_moves(connection, plan.plan_id, moves)
    seq = None
    if applied or always:
        seq = store.record_edit(
            connection,
            plan.plan_id,
            made_by=made_by,
            action=action,
            moves=applied,
            why=why,
            undoes=undoes,
        )
    if applied:
        touched = {g for m in applied for g in (m.from_grid, m.to_grid) if g is not None}
        _refresh(connection, plan, touched)
    return Stroke(seq, tuple(applied), tuple(rejected))


def _check_grids_exist(connection: sa.Connection, plan: PlanRow, moves: Sequence[Move]) -> None:
    known = set(store.grid_numbers(connection, plan.plan_id))
    unknown = {m.to_grid for m in moves if m.to_grid is not None} - known
    if unknown:
        raise Conflict(
            f"Plan {plan.plan_id} has no grid {min(unknown)}. Reload the plan.",
            f"方案 {plan.plan_id} 没有编号为 {min(unknown)} 的网格，请重新加载。",
        )


def _refresh(connection: sa.Connection, plan: PlanRow, touched: set[int]) -> None:
    """Derive figures and outlines of the touched grids anew from assignment and borders."""
    ground = load_ground(connection, plan.ground_id)
    labels = store.read_labels(connection, plan.plan_id)
    named = store.read_grids(connection, plan.plan_id).loc[sorted(touched), ["name", "kind"]]
    rules = rules_from_document(plan.rules)
    fill_grids(connection, plan.plan_id, ground, labels, grid_figures(ground, labels, rules, named))
