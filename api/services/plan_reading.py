"""Reading communities, plans, grids and handover lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from api.schemas.paging import Page
from api.schemas.plans import Community, Grid, HandoverRow, Plan, PlanDetail, PlanGrid
from api.services.coordinates import Coord, spoken_bbox, spoken_point, stored_bbox
from api.services.places import Wanted, as_models
from gis.errors import InputError, NotFound
from gis.store import plan_listing as store
from gis.store.plan_listing import Tier
from gis.store.sight import Sight

Row = Mapping[str, Any]


def communities(
    connection: sa.Connection, sight: Sight, *, at: date, cursor: str, limit: int
) -> Page[Community]:
    """Return the communities seen with the plan that stands for each on a day."""
    rows = store.community_rows(connection, sight, at=at, after=cursor, limit=limit + 1)
    items = [_community(connection, row, sight) for row in rows[:limit]]
    return Page(items=items, next=items[-1].code if len(rows) > limit else None)


def _community(connection: sa.Connection, row: Row, sight: Sight) -> Community:
    plan = None if row["plan_id"] is None else plan_by_id(connection, sight, row["plan_id"])
    fields = {k: v for k, v in row.items() if k in Community.model_fields}
    return Community.model_validate(
        {**fields, "plan": plan and plan.model_dump(exclude={"certificate"})}
    )


def plans(
    connection: sa.Connection,
    sight: Sight,
    *,
    community: str | None,
    state: str | None,
    cursor: str,
    limit: int,
    coord: Coord,
) -> Page[Plan]:
    """Return the plans seen with their figures, newest first."""
    before = _number(cursor)
    rows = store.plan_rows(
        connection,
        sight,
        community=community,
        state=state,
        before=before,
        limit=limit + 1,
    )
    items = [Plan.model_validate(_plan_fields(row, coord, Plan)) for row in rows[:limit]]
    return Page(items=items, next=str(items[-1].id) if len(rows) > limit else None)


def plan_by_id(
    connection: sa.Connection, sight: Sight, plan_id: int, coord: Coord = "wgs84"
) -> PlanDetail:
    """
    Return one plan with its figures.

    Raises
    ------
    NotFound
        There is no such plan, or it is not seen; the two are answered alike.
    """
    row = store.plan_row(connection, sight, plan_id)
    if row is None:
        raise _no_plan(plan_id)
    return PlanDetail.model_validate(_plan_fields(row, coord, PlanDetail))


def require_plan(connection: sa.Connection, sight: Sight, plan_id: int) -> None:
    """
    Go on only when a plan is seen; whatever reads a plan by its number asks this first.

    Raises
    ------
    NotFound
        There is no such plan, or it is not seen; the two are answered alike.
    """
    if not store.plan_exists(connection, sight, plan_id):
        raise _no_plan(plan_id)


def _no_plan(plan_id: int) -> NotFound:
    return NotFound(f"There is no plan {plan_id}.", f"没有编号为 {plan_id} 的方案。")


def plan_grids(
    connection: sa.Connection, sight: Sight, plan_id: int, wanted: Wanted
) -> Page[PlanGrid]:
    """Return the grids of a plan in the order of their numbers."""
    require_plan(connection, sight, plan_id)
    after = _number(wanted.cursor)
    rows = store.plan_grid_rows(
        connection, plan_id, after=-1 if after is None else after, limit=wanted.limit + 1
    )
    placed = [_placed(row, wanted.coord) for row in rows[: wanted.limit]]
    items = as_models(PlanGrid, placed, wanted.coord, wanted.geometry)
    following = str(items[-1].grid_no) if len(rows) > wanted.limit else None
    return Page(items=items, next=following)


def published_grids(
    connection: sa.Connection, sight: Sight, wanted: Wanted, *, community: str | None, tier: Tier
) -> Page[Grid]:
    """Return the published grids that hold on a day, in the order of codes."""
    rows = store.published_grid_rows(
        connection,
        sight,
        at=wanted.at,
        community=community,
        bbox=stored_bbox(wanted.bbox, wanted.coord),
        tier=tier,
        after=wanted.cursor,
        limit=wanted.limit + 1,
    )
    items = as_models(Grid, rows[: wanted.limit], wanted.coord, wanted.geometry)
    return Page(items=items, next=items[-1].code if len(rows) > wanted.limit else None)


def published_grid(connection: sa.Connection, sight: Sight, code: str, wanted: Wanted) -> Grid:
    """
    Return the published grid of that code as it holds on a day.

    Raises
    ------
    NotFound
        There was none to be seen on that day.
    """
    tier: Tier = "micro" if len(code) == 17 else "base"
    rows = store.published_grid_rows(connection, sight, at=wanted.at, code=code, tier=tier)
    if not rows:
        raise NotFound(
            f"No grid {code} holds on {wanted.at}.", f"{wanted.at} 没有编码为 {code} 的网格。"
        )
    return as_models(Grid, rows, wanted.coord, wanted.geometry)[0]


def handover(
    connection: sa.Connection, sight: Sight, plan_id: int, *, cursor: str, limit: int
) -> Page[HandoverRow]:
    """
    Return what passes from grid to grid when a plan takes effect.

    Empty for a plan that is not published. Posts are named by code; names of staff are not
    public.
    """
    require_plan(connection, sight, plan_id)
    rows = store.handover_rows(connection, plan_id, after=cursor, limit=limit + 1)
    items = [HandoverRow.model_validate(dict(row)) for row in rows[:limit]]
    return Page(items=items, next=items[-1].unit_id if len(rows) > limit else None)


def _plan_fields(row: Row, coord: Coord, model: type[Plan]) -> dict[str, object]:
    fields = {k: v for k, v in row.items() if k in model.model_fields}
    return {**fields, "extent": _extent(row, coord)}


def _placed(row: Row, coord: Coord) -> Row:
    label = None
    if row["label_lon"] is not None:
        label = spoken_point(row["label_lon"], row["label_lat"], coord)
    return {**row, "extent": _extent(row, coord), "label": label}


def _extent(row: Row, coord: Coord) -> tuple[float, float, float, float] | None:
    if row["west"] is None:
        return None
    return spoken_bbox((row["west"], row["south"], row["east"], row["north"]), coord)


def _number(cursor: str) -> int | None:
    if not cursor:
        return None
    # Identifiers are 64-bit; a larger number must not reach the database.
    if not cursor.isdecimal() or int(cursor) >= 2**63:
        raise InputError(
            f"cursor={cursor} did not come from this list: leave it out to start anew.",
            f"cursor={cursor} 不是本列表给出的游标：请去掉后重新开始。",
        )
    return int(cursor)
