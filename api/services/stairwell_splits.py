"""Use cases of a building over the cap: divided by its stairwells in a draft, and whole again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from api.schemas.ground import GroundEditRequest, RetireFeature
from api.schemas.planning import StairwellsRequest, Stroked
from api.services import audit
from api.services.desk import Desk, refuse_not_drawable
from api.services.drawn_figures import stroked
from api.services.ground_editing import edit_in, put_rows
from api.services.grounds import current_ground
from api.services.histories import stacks
from api.services.importing import writing
from api.services.rebasing import put_on_ground
from api.services.strokes import Stroke, refuse_other_act, replayed
from gis.carry import carried
from gis.cells import Ground
from gis.errors import Conflict, InputError, NotFound, first_ids
from gis.partition.loads import loads
from gis.partition.rules import RuleSet, rules_from_document
from gis.store import editing, plan_grids, plan_states, publishing
from gis.store import edits as history
from gis.store import plans as store
from gis.store.plans import UNASSIGNED, EditRow, Labels, PlanRow

ACTION = "stairwells"


@dataclass(frozen=True, slots=True)
class Split:
    """
    How a building is divided, as its edit keeps it: enough to take it back and make it again.

    Attributes
    ----------
    count
        Stairwells.
    households
        Of each stairwell, as recorded; None: only their number is known, and the counts are
        estimated.
    was
        Number of stairwells that the building had on record before.
    codes
        Of the stairwells recorded; empty when only their number is.
    """

    building: str
    count: int
    households: tuple[int, ...] | None
    was: int | None
    codes: tuple[str, ...]

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Split:
        """Return what an edit kept."""
        counts = kept["households"]
        return cls(
            kept["building"],
            kept["count"],
            None if counts is None else tuple(counts),
            kept["was"],
            tuple(kept["codes"]),
        )


def split_building(desk: Desk, plan_id: int, asked: StairwellsRequest) -> Stroked:
    """
    Divide a building over the cap by its stairwells, and put the draft on the ground with them.

    The stairwells are recorded with their households, or only their number is where nobody
    knows more. They stay in the grid of their building until they are moved. It is one edit; undo
    makes the building whole again.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or it has no such building.
    InputError
        The building is within the cap, the counts do not add up to its households, the rules
        keep buildings whole, or it has stairwells on record.
    Conflict
        The plan takes no more edits, was rebased, or its buildings have changed since it was
        drawn: rebase it first.
    """
    with writing(desk.engine) as connection:
        publishing.lock_community(connection, desk.plan(connection, plan_id).community_code)
        plan = desk.plan(connection, plan_id, lock=True)
        known = history.edit_of_client(connection, plan_id, asked.client)
        if known is not None:
            refuse_other_act(known, ACTION)
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan, asked.ground)
        ground = _ground_of_today(desk, connection, plan)
        wanted = _wanted(connection, plan, ground, asked)
        _record(desk, connection, plan, wanted, asked.why)
        return _moved(desk, connection, plan, wanted, asked.client, why=asked.why)


def lock_for_split(desk: Desk, connection: sa.Connection, plan_id: int, action: str) -> None:
    """
    Lock the community, before anybody locks the plan, where an undo or redo is of a split.

    All who lock both do it in this order, so that no two wait for each other.
    """
    community = desk.plan(connection, plan_id).community_code
    known = stacks(history.edit_heads(connection, plan_id), desk.who.name)
    stack = known.done if action == "undo" else known.undone
    if stack and stack[-1].ground is not None:
        publishing.lock_community(connection, community)


def take_back_split(
    desk: Desk, connection: sa.Connection, plan: PlanRow, last: EditRow, client: uuid.UUID
) -> Stroked:
    """
    Make a building whole again, or divide it again: the inverse of the edit `last`.

    Call it with the community (`lock_for_split`) and the plan locked.

    Raises
    ------
    Conflict
        The buildings have changed since, another plan counts by the stairwells, or others have
        moved them: into several grids, or into one that is locked.
    """
    kept = (last.detail or {})["stairwells"]
    split, divides = Split.read(kept), not kept["divided"]
    ground = _ground_of_today(desk, connection, plan)
    if divides:
        _record(desk, connection, plan, split, None)
    else:
        _refuse_used(connection, plan, split)
        _refuse_moved(connection, plan, _grids_of(connection, plan, ground, split), kept)
        _forget(desk, connection, plan, split)
    return _moved(desk, connection, plan, split, client, undoes=last.seq, divided=divides)


def _ground_of_today(desk: Desk, connection: sa.Connection, plan: PlanRow) -> Ground:
    """Return the plan's ground, if it is still that of today's layers."""
    rules = rules_from_document(plan.rules)
    row, _ = current_ground(connection, plan.community_code, rules)
    if row.ground_id != plan.ground_id:
        raise Conflict(
            f"The buildings or barriers have changed since plan {plan.plan_id} was drawn. Rebase "
            "it first; nothing was changed.",
            f"方案 {plan.plan_id} 绘制后楼栋或阻隔有变化，请先更新底图；本次没有改动。",
            plan=plan.plan_id,
        )
    return desk.ground_of(connection, plan.ground_id).ground


def _wanted(
    connection: sa.Connection, plan: PlanRow, ground: Ground, asked: StairwellsRequest
) -> Split:
    """Check what is asked for against the building."""
    rules, code = rules_from_document(plan.rules), asked.building
    mine = (ground.units["building_id"] == code).to_numpy(bool)
    if not mine.any():
        raise NotFound(
            f"Plan {plan.plan_id} has no building {code}.",
            f"方案 {plan.plan_id} 没有编号为 {code} 的楼栋。",
        )
    households = int(ground.units["households"].to_numpy()[mine].sum())
    _refuse_within(rules, ground, mine, code, households)
    rows = editing.owned_codes(connection, "stairwells", "building_code", [code])
    if rows:
        raise InputError(
            f"{code} has {len(rows)} stairwells on record: change them on the page of the ground, "
            "then rebase the draft.",
            f"{code} 已登记 {len(rows)} 个单元：请在底图编辑页修改，再更新草稿的底图。",
        )
    counts = asked.households
    if counts is not None and sum(counts) != households:
        raise InputError(
            f"The stairwells of {code} add up to {sum(counts)} households, it has {households}.",
            f"{code} 各单元合计 {sum(counts)} 户，与楼栋 {households} 户不符。",
        )
    before = editing.rows_in_force(connection, "buildings", [code])["stairwells"]
    was = None if before.isna().all() else int(before.iloc[0])
    if counts is None:
        return Split(code, int(asked.count or 0), None, was, ())
    return Split(code, len(counts), tuple(counts), was, _codes(connection, code, len(counts)))


def _refuse_within(
    rules: RuleSet, ground: Ground, mine: np.ndarray[Any, Any], code: str, households: int
) -> None:
    load, capacity = loads(ground.units, rules)
    if not rules.divide_buildings or not rules.caps:
        raise InputError(
            "The rules of this plan keep buildings whole.", "本方案的规则规定楼栋不可拆分。"
        )
    if load[mine].sum() <= capacity:
        raise InputError(
            f"{code} with {households} households is within the cap: only a building over it is "
            "divided by its stairwells.",
            f"{code}（{households} 户）未超过户数上限：只有超限楼栋才按单元拆分。",
        )


def _codes(connection: sa.Connection, building: str, count: int) -> tuple[str, ...]:
    """Codes as stairwells are called that have none; others where they were ever used."""
    usual = tuple(f"{building}-{n}" for n in range(1, count + 1))
    if not editing.ever_stored(connection, "stairwells", usual) and len(usual[-1]) <= 64:
        return usual
    made = f"S-{uuid.uuid4().hex[:12]}"
    return tuple(f"{made}-{n}" for n in range(1, count + 1))


def _record(
    desk: Desk, connection: sa.Connection, plan: PlanRow, split: Split, why: str | None
) -> None:
    if split.households is None:
        _count(desk, connection, plan, split.building, split.count, why)
        return
    rows = {
        code: {"building_id": split.building, "number": str(n), "households": households}
        for n, (code, households) in enumerate(zip(split.codes, split.households, strict=True), 1)
    }
    put_rows(connection, desk.who, plan.community_code, "stairwells", rows, why=why)


def _forget(desk: Desk, connection: sa.Connection, plan: PlanRow, split: Split) -> None:
    if split.households is None:
        _count(desk, connection, plan, split.building, split.was, None)
        return
    edits = [RetireFeature(act="retire", layer="stairwells", code=code) for code in split.codes]
    community, wanted = plan.community_code, GroundEditRequest(edits=[*edits])
    edit_in(connection, desk.who, community, wanted, seen=[community], coord="wgs84")


def _count(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    building: str,
    count: int | None,
    why: str | None,
) -> None:
    """Record how many stairwells a building has; its shape is not written anew."""
    editing.set_stairwell_count(connection, building, count)
    audit.record(
        connection,
        desk.who,
        "ground.edit",
        ("community", plan.community_code),
        community=plan.community_code,
        detail={"changed": [["buildings", building, "changed"]], "why": why},
    )


def _refuse_used(connection: sa.Connection, plan: PlanRow, split: Split) -> None:
    used = plan_states.plans_by_stairwell(connection, plan.plan_id, split.building)
    if used:
        raise Conflict(
            f"Plan {used[0]} counts by the stairwells of {split.building}, too: they stay.",
            f"方案 {used[0]} 也按单元划分 {split.building}，不能恢复为整栋。",
            plans=used,
        )


def _grids_of(connection: sa.Connection, plan: PlanRow, ground: Ground, split: Split) -> list[int]:
    """Grid of each stairwell of a building; -1: in none."""
    labels = store.read_labels(connection, plan.plan_id)
    return _of_building(ground, labels, split.building)


def _of_building(ground: Ground, labels: Labels, building: str) -> list[int]:
    mine = (ground.units["building_id"] == building).to_numpy(bool)
    return [int(n) for n in labels[mine]]


def _refuse_moved(
    connection: sa.Connection, plan: PlanRow, now: Sequence[int], kept: Mapping[str, Any]
) -> None:
    """Refuse to gather what others have put into several grids, or into one that is locked."""
    # An edit of an earlier version did not write down where the stairwells were.
    if now == kept.get("grids"):
        return
    building, there = kept["building"], sorted(set(now))
    if len(there) > 1:
        told, loose = first_ids([n for n in there if n != UNASSIGNED]), UNASSIGNED in there
        raise Conflict(
            f"Others have moved stairwells of {building}: they lie in several grids now ({told}"
            f"{' and none' if loose else ''}). Ask for them to be moved into one grid first; "
            "nothing was changed.",
            f"{building} 的单元已由他人移动，现分属多处（网格 {told}"
            f"{'，另有未划入网格的' if loose else ''}）：请先由其移入同一网格，"
            "再恢复为整栋；本次没有改动。",
            building=building,
            grids=there,
        )
    if plan_grids.grid_locks(connection, plan.plan_id, there).get(there[0]):
        raise Conflict(
            f"Others have moved the stairwells of {building} into grid {there[0]}, which is "
            "locked. Ask for it to be unlocked first; nothing was changed.",
            f"{building} 的单元已由他人移入网格 {there[0]}，该网格已锁定："
            "请先解除锁定，再恢复为整栋；本次没有改动。",
            building=building,
            grids=there,
        )


def _moved(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    split: Split,
    client: uuid.UUID,
    *,
    why: str | None = None,
    undoes: int | None = None,
    divided: bool = True,
) -> Stroked:
    """Put the plan on the ground of today and record it as one edit without moves."""
    rules = rules_from_document(plan.rules)
    row, ground = current_ground(connection, plan.community_code, rules)
    before = store.read_labels(connection, plan.plan_id)
    old = desk.ground_of(connection, plan.ground_id).ground.units
    labels = carried(old, before, ground.units).astype(np.int32)
    put_on_ground(connection, plan, row.ground_id, ground, labels)
    action = ACTION if undoes is None else ("redo" if divided else "undo")
    detail = {
        "stairwells": {
            **asdict(split),
            "divided": divided,
            "grids": _of_building(ground, labels, split.building),
        },
        "ground": row.ground_id,
        "ground_was": plan.ground_id,
    }
    seq = store.record_edit(
        connection,
        plan.plan_id,
        made_by=desk.who.name,
        action=action,
        moves=(),
        why=why,
        undoes=undoes,
        client=client,
        detail=detail,
    )
    done = Stroke(seq, (), (), action=action, undoes=undoes, detail=detail, labels=labels)
    return stroked(desk, connection, replace(plan, ground_id=row.ground_id), done)
