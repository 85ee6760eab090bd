"""Use cases of redrawing: a stroke, undo, redo; each one saved edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

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
        A unit is named by two moves: only one of them could hold. Or the plan has no such unit.
    Conflict
        The plan takes no more edits, or has no such grid to move to.
    """
    moves = _whole_numbers(moves)
    _refuse_unit_twice(moves)
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        _refuse_unknown_units(connection, plan, moves)
        return _apply(connection, plan, moves, made_by=made_by, action="stroke", why=why)


def _whole_numbers(moves: Sequence[Move]) -> list[Move]:
    """Accept whole numbers of any integer type; 1.0, "1" and true are no numbers of units."""
    strange: list[object] = [
        number
        for move in moves
        for number in (move.unit_no, move.from_grid, move.to_grid)
        if not isinstance(number, Integral | None) or isinstance(number, bool)
    ]
    strange += [None for move in moves if move.unit_no is None]
    if strange:
        raise InputError(
            f"Units and grids are named by whole numbers, not by {first_ids(map(repr, strange))}.",
            f"单位和网格以整数编号表示，不能是 {first_ids(map(repr, strange))}。",
        )
    return [
        Move(int(m.unit_no), _number_or_none(m.from_grid), _number_or_none(m.to_grid))
        for m in moves
    ]


def _number_or_none(number: int | None) -> int | None:
    return None if number is None else int(number)


def _refuse_unknown_units(connection: sa.Connection, plan: PlanRow, moves: Sequence[Move]) -> None:
    count = store.unit_count(connection, plan.plan_id)
    unknown = sorted(move.unit_no for move in moves if not 0 <= move.unit_no < count)
    if unknown:
        raise InputError(
            f"Plan {plan.plan_id} has {count} units, numbered from 0; it has no "
            f"{first_ids(unknown)}. Reload the plan.",
            f"方案 {plan.plan_id} 共有 {count} 个单位（编号从 0 起），没有编号为 "
            f"{first_ids(unknown)} 的单位，请重新加载。",
            units=unknown,
        )


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

    The division or adoption that the plan began with is the ground of its history: undo stops
    there, because a plan with every unit unassigned is nobody's wish.

    Raises
    ------
    Conflict
        There is nothing to undo, or the plan takes no more edits.
    """
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        done, _ = _stacks(store.read_edits(connection, plan_id))
        if done and done[-1].action in _BEGINNINGS:
            done = []
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


_BEGINNINGS = ("divide", "adopt", "repair")
# They tell of the plan's life and move nothing.
_MARKS = ("publish", "withdraw")


def _stacks(edits: Sequence[EditRow]) -> tuple[list[EditRow], list[EditRow]]:
    """Edits that stand and undo-edits that could be redone, each newest last."""
    done: list[EditRow] = []
    undone: list[EditRow] = []
    for edit in edits:
        if edit.action in _MARKS:
            continue
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
    known = _known_grids(connection, plan, moves)
    applied, rejected = store.apply_moves(
        connection, plan.plan_id, [move for move in moves if move.from_grid in known]
    )
    # No unit can be in a grid that the plan does not have; its number may not even be storable.
    rejected += [move for move in moves if move.from_grid not in known]
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


def _known_grids(
    connection: sa.Connection, plan: PlanRow, moves: Sequence[Move]
) -> set[int | None]:
    """Return where units can be: the grids of the plan, or none; refuse moves to elsewhere."""
    known: set[int | None] = {None, *store.grid_numbers(connection, plan.plan_id)}
    unknown = sorted({m.to_grid for m in moves if m.to_grid is not None} - known)
    if unknown:
        units = [m.unit_no for m in moves if m.to_grid in unknown]
        raise Conflict(
            f"Plan {plan.plan_id} has no grid {first_ids(unknown)}, to which units "
            f"{first_ids(units)} would go. Reload the plan.",
            f"方案 {plan.plan_id} 没有编号为 {first_ids(unknown)} 的网格，单位 "
            f"{first_ids(units)} 无法移入，请重新加载。",
            grids=unknown,
            units=units,
        )
    return known


def _refresh(connection: sa.Connection, plan: PlanRow, touched: set[int]) -> None:
    """Derive figures and outlines of the touched grids anew from assignment and borders."""
    ground = load_ground(connection, plan.ground_id)
    labels = store.read_labels(connection, plan.plan_id)
    named = store.read_grids(connection, plan.plan_id).loc[sorted(touched), ["name", "kind"]]
    rules = rules_from_document(plan.rules)
    fill_grids(connection, plan.plan_id, ground, labels, grid_figures(ground, labels, rules, named))
