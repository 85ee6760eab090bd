"""Use cases of a draft's road: problems, handing in, calling back, returning, approving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sqlalchemy as sa

from api.schemas.workflow import (
    PlanProblem,
    PlanProblems,
    PlanStep,
    RemarksRequest,
    ReturnRequest,
    SubmitRequest,
)
from api.services import audit
from api.services.desk import Desk
from api.services.plans import judge
from gis.errors import Conflict
from gis.problems import Problem
from gis.store import plan_grids, plan_states
from gis.store import plans as store
from gis.store.plans import PlanRow
from gis.yardstick import grid_judgement


def problems(desk: Desk, plan_id: int) -> PlanProblems:
    """
    Return what is wrong with a plan, and its flags.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.connect() as connection:
        plan = desk.plan(connection, plan_id)
        found, _ = judge(connection, plan, ground_of=desk.ground_of)
        return PlanProblems(revision=plan.revision, items=_told(desk, connection, plan, found))


def _told(
    desk: Desk, connection: sa.Connection, plan: PlanRow, found: Sequence[Problem]
) -> list[PlanProblem]:
    known = desk.ground_of(connection, plan.ground_id)
    number = {unit: n for n, unit in enumerate(known.ground.units["unit_id"])}
    labels = store.read_labels(connection, plan.plan_id)
    names = plan_grids.grid_states(connection, plan.plan_id)
    judged = grid_judgement(known.measure(plan.rules), labels, sorted(names))
    items = [_problem(one, number, judged["problems"].to_dict()) for one in found]
    for grid, kinds in judged["problems"].items():
        if "indivisible_over_cap" in kinds:
            name = str(names[int(str(grid))]["name"])
            posts = int(np.ceil(judged.loc[grid, "load"]))  # type: ignore[index]
            units = np.flatnonzero(labels == grid).tolist()
            items.append(_flag(int(str(grid)), name, posts, units))
    return sorted(items, key=lambda p: (not p.blocks, p.grid_no is not None, p.grid_no or 0))


def _problem(
    one: Problem, number: Mapping[str, int], kinds: Mapping[object, Sequence[str]]
) -> PlanProblem:
    kind: str = one.kind
    mine = kinds.get(one.grid_no, ())
    if kind == "not_contiguous" and "barrier_crossed" in mine and kind not in mine:
        kind = "barrier_crossed"
    return PlanProblem(
        kind=kind,
        blocks=True,
        grid_no=one.grid_no,
        units=[number[u] for u in one.units if u in number],
        ids=list(one.units),
        en=one.en,
        zh=one.zh,
    )


def _flag(grid: int, name: str, posts: int, units: list[int]) -> PlanProblem:
    return PlanProblem(
        kind="indivisible_over_cap",
        blocks=False,
        grid_no=grid,
        units=units,
        ids=[],
        en=f"{name} is one building over the cap, a grid of its own: it needs {posts} posts.",
        zh=f"{name}为单栋超上限楼栋，独立成网格，需配置 {posts} 个岗位。",
    )


def submit(desk: Desk, plan_id: int, asked: SubmitRequest) -> PlanStep:
    """
    Hand a draft in: read-only from then on, with a signed reason for every rule it breaks.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    Conflict
        It is handed in already or published, or a broken rule has no reason.
    """
    with desk.engine.begin() as connection:
        plan = desk.draft(connection, plan_id)
        found, _ = judge(connection, plan, ground_of=desk.ground_of)
        told = _told(desk, connection, plan, found)
        broken = list(dict.fromkeys(p.kind for p in told if p.blocks))
        missing = [kind for kind in broken if kind not in asked.reasons]
        if missing:
            raise _without_reason(plan, missing, told)
        reasons = {kind: asked.reasons[kind] for kind in broken}
        signed = {kind: {"why": why, "by": desk.who.name} for kind, why in reasons.items()}
        plan_states.set_state(connection, plan_id, "submitted", reasons=signed)
        detail = {"reasons": signed} if signed else {}
        return _step(desk, connection, plan, "submit", asked.remarks, detail)


def recall(desk: Desk, plan_id: int, asked: RemarksRequest) -> PlanStep:
    """
    Call back what was handed in and not yet judged: it is a draft again.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    Conflict
        It is not handed in.
    """
    with desk.engine.begin() as connection:
        plan = _in_state(desk, connection, plan_id, "submitted")
        plan_states.set_state(connection, plan_id, "draft")
        return _step(desk, connection, plan, "recall", asked.remarks)


def hand_back(desk: Desk, plan_id: int, asked: ReturnRequest) -> PlanStep:
    """
    Return what was handed in, with remarks: its planners may draw again.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    Conflict
        It is neither handed in nor approved.
    """
    with desk.engine.begin() as connection:
        plan = _in_state(desk, connection, plan_id, "submitted", "approved")
        plan_states.set_state(connection, plan_id, "returned")
        return _step(desk, connection, plan, "return", asked.remarks)


def approve(desk: Desk, plan_id: int, asked: RemarksRequest) -> PlanStep:
    """
    Approve what was handed in: it may be published.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    Conflict
        It is not handed in.
    """
    with desk.engine.begin() as connection:
        plan = _in_state(desk, connection, plan_id, "submitted")
        plan_states.set_state(connection, plan_id, "approved")
        return _step(desk, connection, plan, "approve", asked.remarks)


def _in_state(desk: Desk, connection: sa.Connection, plan_id: int, *states: str) -> PlanRow:
    plan = desk.plan(connection, plan_id, lock=True)
    if plan.state not in states:
        zh = "、".join(f"“{store.STATE_ZH[s]}”" for s in states)
        raise Conflict(
            f"Plan {plan_id} is {plan.state}; this is for plans that are {' or '.join(states)}. "
            "Load it again to see what others did.",
            f"方案 {plan_id} 处于“{store.STATE_ZH[plan.state]}”状态，此操作只适用于{zh}的方案，"
            "请重新加载。",
            plan=plan_id,
            state=plan.state,
        )
    return plan


def _step(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    action: str,
    remarks: str | None,
    detail: Mapping[str, object] | None = None,
) -> PlanStep:
    """Write a step into the history and the audit trail."""
    seq = store.record_edit(
        connection,
        plan.plan_id,
        made_by=desk.who.name,
        action=action,
        moves=(),
        why=remarks or None,
        detail=detail or None,
    )
    audit.record(
        connection,
        desk.who,
        f"plan.{action}",
        ("plan", plan.plan_id),
        community=plan.community_code,
        detail={"seq": seq},
    )
    state = store.read_plan(connection, plan.plan_id).state
    return PlanStep(id=plan.plan_id, state=state, revision=seq)


def _without_reason(plan: PlanRow, missing: Sequence[str], told: Sequence[PlanProblem]) -> Conflict:
    first = next(p for p in told if p.kind == missing[0])
    return Conflict(
        f"Plan {plan.plan_id} breaks rules without a signed reason ({', '.join(missing)}); the "
        f"first: {first.en} Mend it, or give a reason for each.",
        f"方案 {plan.plan_id} 有 {len(missing)} 类问题未说明理由，首条：{first.zh}"
        "请先修正，或逐类署名说明理由。",
        missing=list(missing),
        problems=[p.model_dump(mode="json") for p in told],
    )
