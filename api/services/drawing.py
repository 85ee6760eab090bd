"""Use cases of the planner's page: strokes told once or twice, undo, redo, grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from api.schemas.planning import (
    GridPatch,
    NewGridRequest,
    Stroked,
    StrokeRequest,
    TakeBackRequest,
)
from api.services.desk import Desk, refuse_not_drawable
from api.services.drawn_figures import stroked
from api.services.grid_changes import GridChange, own_kind, require_kind
from api.services.stairwell_splits import lock_for_split, take_back_split
from api.services.strokes import (
    Stroke,
    Wanted,
    apply_stroke,
    check_units,
    inverse_of,
    last_edit,
    replayed,
    whole_numbers,
)
from gis.errors import Conflict, InputError, NotFound
from gis.numbering import grid_name
from gis.store import edits as history
from gis.store import plan_grids
from gis.store.plans import EditRow, Move, PlanRow


def draw(desk: Desk, plan_id: int, asked: StrokeRequest) -> Stroked:
    """
    Make a stroke: one edit, applied by compare-and-set per unit.

    A stroke that was told before, under the same name, is not made again: its answer is.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    InputError
        A unit is named twice or is not there, or a new grid is of a kind of another tier.
    Conflict
        The plan takes no more edits or was rebased, a grid never was there, the name was used
        for another stroke, or every single move was rejected: `facts` has the whole answer.
    """
    moves = whole_numbers([Move(*move) for move in asked.moves])
    if not moves and not asked.grids:
        raise InputError("A stroke moves at least one unit.", "一次调整至少要移动一个单位。")
    with desk.engine.begin() as connection:
        plan, known = _told_before(desk, connection, plan_id, asked.client)
        if known is not None:
            _refuse_other_stroke(known, moves)
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan, asked.ground)
        check_units(plan, moves, len(desk.ground_of(connection, plan.ground_id).ground.units))
        numbers, changes = _new_grids(connection, plan, asked)
        moves = [_renumbered(move, numbers) for move in moves]
        wanted = Wanted(
            desk.who.name,
            asked.action,
            moves,
            changes,
            asked.why or None,
            client=asked.client,
            detail={"numbers": _changed(numbers)} if _changed(numbers) else {},
        )
        done = apply_stroke(connection, plan, wanted, ground_of=desk.ground_of)
        if moves and not done.applied:
            # Rolled back, with the grids it would have added.
            raise _all_rejected(stroked(desk, connection, plan, done))
        return stroked(desk, connection, plan, done)


def take_back(desk: Desk, plan_id: int, asked: TakeBackRequest, action: str) -> Stroked:
    """
    Undo or redo the planner's own last stroke, as an edit that may be rejected unit by unit.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    Conflict
        There is nothing of theirs to take back, or the last is not the act they mean, or the plan
        takes no more edits.
    """
    with desk.engine.begin() as connection:
        lock_for_split(desk, connection, plan_id, action)
        plan, known = _told_before(desk, connection, plan_id, asked.client)
        if known is not None:
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan, asked.ground)
        name = desk.who.name
        last, heads = last_edit(connection, plan, action, name)
        _refuse_not_meant(last, asked)
        if "stairwells" in (last.detail or {}):
            return take_back_split(desk, connection, plan, last, asked.client)
        wanted = inverse_of(last, heads, action, name, client=asked.client)
        done = apply_stroke(connection, plan, wanted, ground_of=desk.ground_of)
        return stroked(desk, connection, plan, done)


def add_grid(desk: Desk, plan_id: int, asked: NewGridRequest) -> Stroked:
    """
    Add an empty grid under the next number; its place on the list can be undone.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    InputError
        Grids of this plan are not of that kind.
    Conflict
        The plan takes no more edits.
    """
    with desk.engine.begin() as connection:
        plan, known = _told_before(desk, connection, plan_id, asked.client)
        if known is not None:
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan)
        number = plan_grids.next_number(connection, plan_id)
        name = asked.name or grid_name(number + 1)
        kind = require_kind(plan, asked.kind or own_kind(plan))
        plan_grids.add_grid(connection, plan_id, number, name, kind)
        change = GridChange(number, "removed", was=True, is_now=False)
        return _changed_grids(desk, connection, plan, [change], "new-grid", asked.client)


def change_grid(desk: Desk, plan_id: int, number: int, asked: GridPatch) -> Stroked:
    """
    Rename a grid, or change its kind or its lock; one that is off the list stays as it is.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or it has no such grid.
    InputError
        Grids of this plan are not of that kind.
    Conflict
        The plan takes no more edits.
    """
    with desk.engine.begin() as connection:
        plan, known = _told_before(desk, connection, plan_id, asked.client)
        if known is not None:
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan)
        state = _state_of(connection, plan, number)
        if state["removed"]:
            return stroked(desk, connection, plan, Stroke(None, (), ()))
        if asked.kind is not None:
            require_kind(plan, asked.kind)
        wanted = asked.model_dump(exclude={"client"}, exclude_none=True)
        changes = [
            GridChange(number, aspect, state[aspect], wanted[aspect])
            for aspect in plan_grids.ASPECTS
            if aspect in wanted and state[aspect] != wanted[aspect]
        ]
        if not changes:
            return stroked(desk, connection, plan, Stroke(None, (), (), ()))
        return _changed_grids(desk, connection, plan, changes, "grid", asked.client)


def remove_grid(desk: Desk, plan_id: int, number: int, client: UUID) -> Stroked:
    """
    Take an empty grid off the list; its number stays used, and undo brings it back.

    One that somebody else has taken off it meanwhile stays off.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or it has no such grid.
    Conflict
        The grid has units, or the plan takes no more edits.
    """
    with desk.engine.begin() as connection:
        plan, known = _told_before(desk, connection, plan_id, client)
        if known is not None:
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan)
        if _state_of(connection, plan, number)["removed"]:
            return stroked(desk, connection, plan, Stroke(None, (), ()))
        change = GridChange(number, "removed", was=False, is_now=True)
        return _changed_grids(desk, connection, plan, [change], "remove-grid", client)


def _changed_grids(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    changes: Sequence[GridChange],
    action: str,
    client: UUID,
) -> Stroked:
    wanted = Wanted(desk.who.name, action, changes=changes, client=client)
    done = apply_stroke(connection, plan, wanted, ground_of=desk.ground_of)
    return stroked(desk, connection, plan, done)


def _state_of(connection: sa.Connection, plan: PlanRow, number: int) -> dict[str, str | bool]:
    """Return the aspects of a grid that the plan has, or had."""
    state = plan_grids.grid_states(connection, plan.plan_id).get(number)
    if state is None:
        raise NotFound(
            f"Plan {plan.plan_id} has no grid {number}.",
            f"方案 {plan.plan_id} 没有编号为 {number} 的网格。",
        )
    return state


def _told_before(
    desk: Desk, connection: sa.Connection, plan_id: int, client: UUID
) -> tuple[PlanRow, EditRow | None]:
    """Lock the plan, and find the edit made under a page's own name for it."""
    plan = desk.plan(connection, plan_id, lock=True)
    return plan, history.edit_of_client(connection, plan_id, client)


def _refuse_other_stroke(known: EditRow, moves: Sequence[Move]) -> None:
    before = {m.unit_no for m in known.moves}
    before |= {m[0] for m in (known.detail or {}).get("rejected", ())}
    if before != {m.unit_no for m in moves}:
        raise Conflict(
            "This stroke bears the name of another one that was made before. Give each stroke a "
            "name of its own.",
            "该操作的 client 标识已用于另一次调整，请为每次调整使用新的标识。",
            seq=known.seq,
        )


def _refuse_not_meant(last: EditRow, asked: TakeBackRequest) -> None:
    """
    Take nothing back but what is meant.

    A page queues an undo behind its stroke. When the stroke is refused, the last that stands is
    an older one, which nobody wants undone.
    """
    if asked.takes is not None and asked.takes != last.client:
        raise Conflict(
            f"What is to be taken back is not your last act: that is edit {last.seq}. Nothing was "
            "changed.",
            f"要撤销或重做的不是您最近的操作（最近的是第 {last.seq} 次修改），本次没有改动。",
            seq=last.seq,
        )


def _new_grids(
    connection: sa.Connection, plan: PlanRow, asked: StrokeRequest
) -> tuple[dict[int, int], list[GridChange]]:
    """Add the grids of a stroke, under the next numbers where theirs are taken."""
    numbers: dict[int, int] = {}
    if not asked.grids:
        return numbers, []
    following = plan_grids.next_number(connection, plan.plan_id)
    for grid in sorted(asked.grids, key=lambda g: g.no):
        if grid.no in numbers:
            raise InputError(
                f"The stroke names the new grid {grid.no} twice.",
                f"该次调整重复声明了新网格 {grid.no}。",
            )
        numbers[grid.no] = following
        kind = require_kind(plan, grid.kind or own_kind(plan))
        plan_grids.add_grid(connection, plan.plan_id, following, grid.name, kind)
        following += 1
    changes = [GridChange(n, "removed", was=True, is_now=False) for n in numbers.values()]
    return numbers, changes


def _renumbered(move: Move, numbers: Mapping[int, int]) -> Move:
    if move.to_grid is None:
        return move
    return Move(move.unit_no, move.from_grid, numbers.get(move.to_grid, move.to_grid))


def _changed(numbers: Mapping[int, int]) -> dict[str, int]:
    return {str(was): now for was, now in numbers.items() if was != now}


def _all_rejected(answer: Stroked) -> Conflict:
    first = answer.rejected[0]
    told = answer.model_dump(mode="json", by_alias=True)
    if first.why != "taken":
        return Conflict(
            f"None of the {len(answer.rejected)} units can go there: a grid of unit {first.unit} "
            "is locked, or was taken off the list. Nothing was changed; look at the plan as it "
            "is now.",
            f"{len(answer.rejected)} 个单位都不能移动，例如单位 {first.unit} 的网格已被锁定或移除。"
            "本次没有改动，请查看方案的最新状态。",
            **told,
        )
    who = first.by or "?"
    return Conflict(
        f"None of the {len(answer.rejected)} units is where this page saw it: unit {first.unit} "
        f"was moved by {who}. Nothing was changed; look at the plan as it is now.",
        f"{len(answer.rejected)} 个单位都已不在本页所见的位置，例如单位 {first.unit} 已由 {who} "
        "移动。本次没有改动，请查看方案的最新状态。",
        **told,
    )
