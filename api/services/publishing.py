"""Use cases of publication: make a plan stand from a date on, list what is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import sqlalchemy as sa

from api.services.plans import judge
from gis.errors import Conflict
from gis.numbering import band_order
from gis.problems import Problem
from gis.store import plans as store
from gis.store import publishing
from gis.store.plans import PlanRow
from gis.store.publishing import Published


def publish_plan(
    engine: sa.Engine,
    plan_id: int,
    *,
    valid_from: date,
    published_by: str,
    today: date,
    reason: str | None = None,
) -> Published:
    """
    Publish a plan from a date on, in one transaction: all of it or nothing.

    Raises
    ------
    Conflict
        Some hard rule is broken and no reason is signed, the date is taken or past, the plan
        is already published, or a code is not free.
    NotFound
        There is no such plan.
    """
    with engine.begin() as connection:
        publishing.lock_community(connection, store.read_plan(connection, plan_id).community_code)
        plan = store.editable_plan(connection, plan_id)
        found, _ = judge(connection, plan)
        if found and not reason:
            raise _unexcused(plan, found)
        return publishing.publish(
            connection,
            plan,
            valid_from=valid_from,
            today=today,
            published_by=published_by,
            counting_order=_counting_order(connection, plan),
            reason=reason,
            problems=[problem.document() for problem in found],
        )


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
    centres = grids.geometry.to_crs(grids.estimate_utm_crs()).centroid
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
