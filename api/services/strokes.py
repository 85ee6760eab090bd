"""Use cases of redrawing: a stroke, undo, redo; each one saved edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from api.services.grid_changes import (
    GridChange,
    apply_changes,
    changes_of,
    inverse_changes,
    revived,
)
from api.services.ground_memory import GroundOf, read_ground
from api.services.histories import stacks
from api.services.touched_grids import refresh_grids
from gis.errors import Conflict, InputError, first_ids
from gis.store import edits as history
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.edits import EditHead
from gis.store.plans import EditRow, Labels, Move, PlanRow


@dataclass(frozen=True, slots=True)
class Stroke:
    """
    What became of a stroke.

    ``seq`` is None when nothing moved. ``changes`` are those of the grids themselves; ``action``,
    ``undoes`` and ``detail`` as in the history. ``labels`` are all units' grids after it, and
    ``heads`` the whole history with it, where they are known.
    """

    seq: int | None
    applied: tuple[Move, ...]
    rejected: tuple[Move, ...]
    changes: tuple[GridChange, ...] = ()
    action: str = ""
    undoes: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    labels: Labels | None = field(default=None, compare=False)
    heads: tuple[EditHead, ...] | None = field(default=None, compare=False)

    @property
    def touched(self) -> set[int]:
        """Numbers of the grids that units left or came to, or that were changed themselves."""
        ends = {g for m in self.applied for g in (m.from_grid, m.to_grid) if g is not None}
        return ends | {change.grid_no for change in self.changes}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stroke as it is asked for: by whom, what it is called in the history, and what it does."""

    made_by: str
    action: str
    moves: Sequence[Move] = ()
    changes: Sequence[GridChange] = ()
    why: str | None = None
    undoes: int | None = None
    client: UUID | None = None
    # An undo is an edit even when others hold all of its units by now: it is not tried twice.
    always: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)
    # The history it was worked out from.
    heads: tuple[EditHead, ...] | None = None


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

    A move whose unit is no longer where it says is rejected and returned, as is one from or to a
    locked grid, or to one off the list; the others stand.

    Raises
    ------
    InputError
        A unit is named by two moves: only one of them could hold. Or the plan has no such unit.
    Conflict
        The plan takes no more edits, or never had such a grid to move to.
    """
    moves = whole_numbers(moves)
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        check_units(plan, moves, store.unit_count(connection, plan_id))
        return apply_stroke(connection, plan, Wanted(made_by, "stroke", moves, why=why))


def undo(engine: sa.Engine, plan_id: int, *, made_by: str, whose: str | None = None) -> Stroke:
    """
    Take back the last stroke that stands, by its inverse.

    The division or adoption that the plan began with is the ground of its history: undo stops
    there, because a plan with every unit unassigned is nobody's wish.

    Parameters
    ----------
    whose
        Take back the last stroke of this person; None: the last of all.

    Raises
    ------
    Conflict
        There is nothing to undo, or the plan takes no more edits.
    """
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        return apply_stroke(connection, plan, taken_back(connection, plan, "undo", made_by, whose))


def redo(engine: sa.Engine, plan_id: int, *, made_by: str, whose: str | None = None) -> Stroke:
    """
    Apply again what the last undo took back.

    Raises
    ------
    Conflict
        Nothing was undone since the last stroke, or the plan takes no more edits.
    """
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        return apply_stroke(connection, plan, taken_back(connection, plan, "redo", made_by, whose))


def taken_back(
    connection: sa.Connection,
    plan: PlanRow,
    action: str,
    made_by: str,
    whose: str | None,
) -> Wanted:
    """
    Return the inverse of what an undo or a redo is about.

    Raises
    ------
    Conflict
        There is nothing to undo or redo.
    """
    last, heads = last_edit(connection, plan, action, whose)
    return inverse_of(last, heads, action, made_by)


def last_edit(
    connection: sa.Connection, plan: PlanRow, action: str, whose: str | None
) -> tuple[EditRow, tuple[EditHead, ...]]:
    """
    Return the edit that an undo or a redo is about, and the history it stands in.

    Raises
    ------
    Conflict
        There is nothing to undo or redo.
    """
    heads = tuple(history.edit_heads(connection, plan.plan_id))
    known = stacks(heads, whose)
    stack = known.done if action == "undo" else known.undone
    if not stack:
        raise Conflict(
            f"There is nothing to {action} in plan {plan.plan_id}.",
            f"方案 {plan.plan_id} 没有可{'撤销' if action == 'undo' else '重做'}的操作。",
        )
    return history.read_edit(connection, plan.plan_id, stack[-1].seq), heads


def inverse_of(
    last: EditRow,
    heads: tuple[EditHead, ...],
    action: str,
    made_by: str,
    *,
    client: UUID | None = None,
) -> Wanted:
    """Return the stroke that takes an edit back; `action` is undo or redo."""
    return Wanted(
        made_by,
        action,
        [move.inverse() for move in last.moves],
        inverse_changes(changes_of(last)),
        undoes=last.seq,
        client=client,
        always=True,
        heads=heads,
    )


def refuse_other_act(known: EditRow, action: str) -> None:
    """
    Go on only when an edit under a page's name for it is of the kind that is asked for.

    Raises
    ------
    Conflict
        The name was used for something else.
    """
    if known.action != action:
        raise Conflict(
            "This act bears the name of another one that was made before. Give each act a name "
            "of its own.",
            "该操作的 client 标识已用于另一次操作，请为每次操作使用新的标识。",
            seq=known.seq,
        )


def whole_numbers(moves: Sequence[Move]) -> list[Move]:
    """
    Accept whole numbers of any integer type; 1.0, "1" and true are no numbers of units.

    Raises
    ------
    InputError
        Something else stands for a unit or a grid, or a unit is named twice.
    """
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
    _refuse_unit_twice(moves)
    return [
        Move(int(m.unit_no), _number_or_none(m.from_grid), _number_or_none(m.to_grid))
        for m in moves
    ]


def _number_or_none(number: int | None) -> int | None:
    return None if number is None else int(number)


def check_units(plan: PlanRow, moves: Sequence[Move], count: int) -> None:
    """
    Go on only when the plan, which has `count` units, has all those of the moves.

    Raises
    ------
    InputError
        It has no such unit.
    """
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


def apply_stroke(
    connection: sa.Connection,
    plan: PlanRow,
    wanted: Wanted,
    *,
    ground_of: GroundOf = read_ground,
) -> Stroke:
    """
    Apply a stroke by compare-and-set and record it; call it with the plan locked.

    Raises
    ------
    Conflict
        The plan never had the grid that a unit is to move to.
    """
    changes = [*_returning(connection, plan, wanted), *wanted.changes]
    done_first = apply_changes(connection, plan, [c for c in changes if not c.closes])
    ends = {g for m in wanted.moves for g in (m.from_grid, m.to_grid) if g is not None}
    locks = plan_grids.grid_locks(connection, plan.plan_id, ends)
    _refuse_unknown_grids(connection, plan, wanted.moves, locks)
    possible = [m for m in wanted.moves if _is_possible(m, locks)]
    applied, _ = store.apply_moves(connection, plan.plan_id, possible)
    kept = {m.unit_no for m in applied}
    rejected = tuple(m for m in wanted.moves if m.unit_no not in kept)
    closing = [c for c in changes if c.closes]
    closed = apply_changes(
        connection, plan, closing, peopled="leave" if wanted.always else "refuse"
    )
    done = Stroke(None, tuple(applied), rejected, (*done_first, *closed))
    if applied or done.changes or wanted.always:
        done = _recorded(connection, plan, wanted, done)
    if not applied:
        return done
    labels = store.read_labels(connection, plan.plan_id)
    known = ground_of(connection, plan.ground_id)
    refresh_grids(connection, plan.plan_id, known, plan.rules, labels, done.touched)
    return replace(done, labels=labels)


def _returning(connection: sa.Connection, plan: PlanRow, wanted: Wanted) -> list[GridChange]:
    """An undo or redo brings back grids that were taken off the list since."""
    if wanted.action not in ("undo", "redo"):
        return []
    return revived(connection, plan, wanted.moves, wanted.changes)


def _is_possible(move: Move, locks: Mapping[int, bool]) -> bool:
    """
    Tell whether a move goes from and to open grids that the plan has.

    No unit can be in a grid that it does not have; its number may not even be storable.
    """
    ends = [g for g in (move.from_grid, move.to_grid) if g is not None]
    return all(g in locks and not locks[g] for g in ends)


def _refuse_unknown_grids(
    connection: sa.Connection,
    plan: PlanRow,
    moves: Sequence[Move],
    locks: Mapping[int, bool],
) -> None:
    """
    Refuse moves to grids that never were there.

    Moves to one that was taken off the list are rejected one by one, as those to a locked one
    are: a page may have queued them before it could know, and what is refused whole it sends for
    ever.
    """
    unlisted = {m.to_grid for m in moves if m.to_grid is not None} - set(locks)
    if not unlisted:
        return
    unknown = sorted(unlisted - plan_grids.removed_grids(connection, plan.plan_id))
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


def _recorded(connection: sa.Connection, plan: PlanRow, wanted: Wanted, done: Stroke) -> Stroke:
    detail: dict[str, object] = dict(wanted.detail)
    if done.changes:
        detail["grids"] = [change.document() for change in done.changes]
    if done.rejected:
        detail["rejected"] = [[m.unit_no, m.from_grid, m.to_grid] for m in done.rejected]
    seq = store.record_edit(
        connection,
        plan.plan_id,
        made_by=wanted.made_by,
        action=wanted.action,
        moves=done.applied,
        why=wanted.why,
        undoes=wanted.undoes,
        client=wanted.client,
        detail=detail or None,
    )
    head = EditHead(seq, wanted.made_by, wanted.action, wanted.undoes)
    heads = None if wanted.heads is None else (*wanted.heads, head)
    action, undoes = wanted.action, wanted.undoes
    return replace(done, seq=seq, action=action, undoes=undoes, detail=detail, heads=heads)


def replayed(edit: EditRow) -> Stroke:
    """Return what became of a stroke when it was first told."""
    detail = edit.detail or {}
    rejected = tuple(Move(*m) for m in detail.get("rejected", ()))
    changes = tuple(changes_of(edit))
    return Stroke(edit.seq, edit.moves, rejected, changes, edit.action, edit.undoes, detail=detail)
