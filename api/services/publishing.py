"""Use cases of publication: publish a plan from a date on, withdraw it, list its handover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from api.services import audit
from api.services.plans import judge
from api.settings import DAYS_AHEAD
from gis.errors import Conflict, InputError
from gis.metric import metric_crs
from gis.numbering import band_order
from gis.problems import Problem
from gis.store import plans as store
from gis.store import publishing
from gis.store.plans import PlanRow
from gis.store.publishing import Published
from gis.store.withdrawal import Withdrawn, withdraw

# No grid is older: the first were drawn in Beijing in 2004.
EARLIEST = date(2004, 1, 1)


def publish_plan(
    engine: sa.Engine,
    plan_id: int,
    *,
    valid_from: date,
    published_by: str,
    today: date,
    reason: str | None = None,
    days_ahead: int = DAYS_AHEAD,
) -> Published:
    """
    Publish a plan from a date on, in one transaction: all of it or nothing.

    Raises
    ------
    InputError
        The date is more than `days_ahead` days after today, or before 2004.
    Conflict
        Some hard rule is broken and no reason is signed, the date is taken or past, the plan
        has no grids or is already published, or a code is not free.
    NotFound
        There is no such plan.
    """
    _check_day(valid_from, today, days_ahead)
    with engine.begin() as connection:
        _lock_community_of(connection, plan_id)
        _refuse_published(connection, plan_id)
        plan = store.read_plan(connection, plan_id, lock=True)
        who = audit.who_asks(connection, published_by)
        _refuse_not_approved(plan, alone=who.may("draw") and who.may("approve"))
        found, _ = judge(connection, plan)
        # A reason of blanks, as a command line may send it, excuses nothing.
        reason = (reason or "").strip() or _signed(plan, found)
        if found and not reason:
            raise _unexcused(plan, found)
        done = publishing.publish(
            connection,
            plan,
            valid_from=valid_from,
            today=today,
            published_by=published_by,
            counting_order=_counting_order(connection, plan),
            reason=reason,
            problems=[problem.document() for problem in found],
        )
        store.record_edit(
            connection, plan_id, made_by=published_by, action="publish", moves=(), why=reason
        )
        audit.record(
            connection,
            who,
            "plan.publish",
            ("plan", plan_id),
            community=plan.community_code,
            detail={"valid_from": str(valid_from), "broken_rules": len(found)},
        )
        return done


def withdraw_plan(
    engine: sa.Engine,
    plan_id: int,
    *,
    withdrawn_by: str,
    today: date,
    reason: str | None = None,
) -> Withdrawn:
    """
    Take back a publication that has not taken effect, in one transaction.

    The plan is a draft again and may be changed and published anew; who withdrew it and why
    is kept among its edits.

    Raises
    ------
    Conflict
        The plan is not published, has taken effect, or a later publication builds on it.
    NotFound
        There is no such plan.
    """
    with engine.begin() as connection:
        _lock_community_of(connection, plan_id)
        plan = store.read_plan(connection, plan_id, lock=True)
        standing = publishing.publication_of(connection, plan_id)
        if standing is None:
            raise Conflict(
                f"Plan {plan_id} is not published, so there is nothing to withdraw.",
                f"方案 {plan_id} 尚未发布，无可撤回。",
            )
        done = withdraw(connection, plan, standing, today=today)
        store.record_edit(
            connection, plan_id, made_by=withdrawn_by, action="withdraw", moves=(), why=reason
        )
        audit.record(
            connection,
            audit.who_asks(connection, withdrawn_by),
            "plan.withdraw",
            ("plan", plan_id),
            community=plan.community_code,
        )
        return done


def _lock_community_of(connection: sa.Connection, plan_id: int) -> None:
    publishing.lock_community(connection, store.read_plan(connection, plan_id).community_code)


def _check_day(valid_from: date, today: date, days_ahead: int) -> None:
    latest = today + timedelta(days=days_ahead)
    if valid_from > latest:
        raise InputError(
            f"{valid_from} is more than {days_ahead} days ahead: check the year, or choose a day "
            f"up to {latest} (WANGGE_PUBLISH_AHEAD_DAYS).",
            f"{valid_from} 距今超过 {days_ahead} 天：请检查年份，或选择不晚于 {latest} 的日期"
            "（WANGGE_PUBLISH_AHEAD_DAYS）。",
            latest=latest.isoformat(),
        )
    if valid_from < EARLIEST:
        raise InputError(
            f"{valid_from} is before {EARLIEST}, when the first grids were drawn: check the year.",
            f"{valid_from} 早于 {EARLIEST}（最早的网格），请检查年份。",
            earliest=EARLIEST.isoformat(),
        )


def _refuse_published(connection: sa.Connection, plan_id: int) -> None:
    standing = publishing.publication_of(connection, plan_id)
    if standing is not None:
        raise Conflict(
            f"Plan {plan_id} is published already and stands from {standing.since}. For another "
            "day withdraw it before then, or publish a redraw.",
            f"方案 {plan_id} 已发布，自 {standing.since} 起施行。要改日期，"
            "请在此之前撤回，或另行发布调整方案。",
            plan=plan_id,
            since=standing.since.isoformat(),
        )


def _refuse_not_approved(plan: PlanRow, *, alone: bool) -> None:
    """Let an approved plan pass; a draft only from those who may both draw and approve."""
    if plan.state == "approved" or (alone and plan.state in store.EDITABLE):
        return
    raise Conflict(
        f"Plan {plan.plan_id} is {plan.state}: a plan is published once it is handed in and "
        "approved.",
        f"方案 {plan.plan_id} 处于“{store.STATE_ZH[plan.state]}”状态：须先提交并获批准，方可发布。",
        plan=plan.plan_id,
        state=plan.state,
    )


def _signed(plan: PlanRow, found: Sequence[Problem]) -> str | None:
    """Return the reasons signed when the plan was handed in, where they cover all that is found."""
    reasons: Mapping[str, Any] = plan.reasons or {}
    # A grid across a barrier is in pieces.
    kinds = {p.kind for p in found} - reasons.keys()
    if not reasons or kinds - ({"not_contiguous"} if "barrier_crossed" in reasons else set()):
        return None
    return "\n".join(f"{kind}: {r['why']} ({r['by']})" for kind, r in reasons.items())


def _unexcused(plan: PlanRow, found: Sequence[Problem]) -> Conflict:
    return Conflict(
        f"Plan {plan.plan_id} breaks {len(found)} rules; the first: {found[0].en} "
        "Mend them, or publish with a signed reason.",
        f"方案 {plan.plan_id} 有 {len(found)} 处不合规则，首条：{found[0].zh}"
        "请先修正，或署名说明理由后发布。",
        problems=[problem.document() for problem in found],
    )


def _counting_order(connection: sa.Connection, plan: PlanRow) -> list[int]:
    grids = store.read_grids(connection, plan.plan_id)
    grids = grids[grids.geometry.notna()]
    if grids.empty:
        raise Conflict(
            f"Plan {plan.plan_id} has no grids, so there is nothing to publish: divide the "
            "community or draw its grids first.",
            f"方案 {plan.plan_id} 没有网格，无可发布：请先划分或绘制网格。",
        )
    centres = grids.geometry.to_crs(metric_crs(grids)).centroid
    order = band_order(centres.x, centres.y)
    return [int(n) for n in grids.index.to_numpy()[order]]


def handover(engine: sa.Engine, plan_id: int) -> pd.DataFrame:
    """
    Return the handover list of a published plan.

    Returns
    -------
    list
        Columns ``building_id, building, address, unit_id, households, from_grid, to_grid,
        from_whom, to_whom, day``; sorted by old and new grid. Grids and people are None where
        there are none.

    Raises
    ------
    Conflict
        The plan is not published yet.
    """
    with engine.connect() as connection:
        plan = store.read_plan(connection, plan_id)
        if plan.state != "published":
            raise Conflict(
                f"Plan {plan_id} is not published, so nothing is handed over yet.",
                f"方案 {plan_id} 尚未发布，没有交接清单。",
            )
        return publishing.handover_list(connection, plan_id)
