"""Withdrawal: a publication that has not taken effect is taken back, as if it had not been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gis.errors import Conflict
from gis.store import plan_states
from gis.store import tables as t
from gis.store.plans import PlanRow
from gis.store.publishing import Standing, publication_until
from gis.store.statements import statement


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """
    What a withdrawal did.

    Attributes
    ----------
    plan_id, valid_from
        The plan that is a draft again, and the day from which it would have stood.
    stands_again
        The plan that now holds on that day and after; None when none was published before.
    burnt
        Codes that were new with the publication: no grid ever gets them again by counting.
    posts_left
        Codes of posts that were planned for a grid of a burnt code and now have no place there.
    """

    plan_id: int
    valid_from: date
    stands_again: int | None
    burnt: tuple[str, ...]
    posts_left: tuple[str, ...]


def withdraw(
    connection: sa.Connection, plan: PlanRow, standing: Standing, *, today: date
) -> Withdrawn:
    """
    Take a publication back before its first day.

    The plan becomes a draft, its signed reasons gone; the publication before it has no end
    again, with its grids, their kinds and the posts that were to end. Periods, lineage and
    handover list of the withdrawn one are gone. Its new codes stay known, so that they are
    never counted off again; codes that an adopted plan brought along stay with it. Call it in
    one transaction, with the community and the plan locked.

    Raises
    ------
    Conflict
        The publication has taken effect, or a later one builds on it.
    """
    _check_not_begun(plan, standing, today)
    _check_last(connection, plan, standing)
    before = publication_until(connection, plan.community_code, plan.tier, standing.since)
    burnt = _never_standing(connection, plan)
    ids = {"grid_ids": [row.id for row in burnt]}
    posts_left = tuple(connection.execute(statement("posts_void"), ids).scalars())
    _remove(connection, plan, standing)
    if before is not None:
        _reopen(connection, before)
    _make_draft(connection, plan)
    return Withdrawn(
        plan_id=plan.plan_id,
        valid_from=standing.since,
        stands_again=None if before is None else before.plan_id,
        burnt=tuple(row.code for row in burnt),
        posts_left=posts_left,
    )


def _check_not_begun(plan: PlanRow, standing: Standing, today: date) -> None:
    if standing.since <= today:
        raise Conflict(
            f"Plan {plan.plan_id} stands since {standing.since}: what has taken effect is not "
            "withdrawn. Publish a redraw from a later day.",
            f"方案 {plan.plan_id} 已自 {standing.since} 起施行，不能撤回；"
            "请另行发布调整方案，自以后的日期起施行。",
            since=standing.since.isoformat(),
        )


def _check_last(connection: sa.Connection, plan: PlanRow, standing: Standing) -> None:
    """Refuse when a later publication succeeds this one, or micro grids lie in its grids."""
    later = (
        sa.select(t.publication.c.plan_id, sa.func.lower(t.publication.c.valid))
        .where(
            # Micro grids rest on base grids, not the other way round.
            t.publication.c.community_code == plan.community_code,
            t.publication.c.tier.in_([plan.tier, "micro"]),
            t.publication.c.id != standing.publication_id,
            sa.func.lower(t.publication.c.valid) >= standing.since,
        )
        .order_by(sa.func.lower(t.publication.c.valid).desc(), t.publication.c.id.desc())
    )
    row = connection.execute(later).first()
    if row is not None:
        raise Conflict(
            f"Plan {row[0]}, published from {row[1]}, builds on plan {plan.plan_id}: "
            f"withdraw plan {row[0]} first.",
            f"自 {row[1]} 起施行的方案 {row[0]} 以方案 {plan.plan_id} 为基础，"
            f"请先撤回方案 {row[0]}。",
            plan=row[0],
        )


def _never_standing(connection: sa.Connection, plan: PlanRow) -> list[sa.Row[tuple[int, str]]]:
    """Grids whose only period is the one of this plan."""
    mine, other = t.grid_period.alias("mine"), t.grid_period.alias("other")
    elsewhere = sa.exists().where(other.c.grid_id == t.grid.c.id, other.c.plan_id != mine.c.plan_id)
    query = (
        sa.select(t.grid.c.id, t.grid.c.code)
        .join(mine, mine.c.grid_id == t.grid.c.id)
        .where(mine.c.plan_id == plan.plan_id, ~elsewhere)
        .order_by(t.grid.c.code)
    )
    return list(connection.execute(query))


def _remove(connection: sa.Connection, plan: PlanRow, standing: Standing) -> None:
    """Delete what the publication wrote, before the periods it cut grow again."""
    publication = {"publication_id": standing.publication_id}
    connection.execute(
        sa.delete(t.handover).where(t.handover.c.publication_id == standing.publication_id)
    )
    for table in (t.lineage, t.grid_period):
        connection.execute(sa.delete(table).where(table.c.plan_id == plan.plan_id))
    connection.execute(statement("posts_return"), publication)
    connection.execute(
        sa.delete(t.publication).where(t.publication.c.id == standing.publication_id)
    )


def _reopen(connection: sa.Connection, before: Standing) -> None:
    endless = sa.func.daterange(before.since, None)
    connection.execute(
        sa.update(t.publication)
        .where(t.publication.c.id == before.publication_id)
        .values(valid=endless)
    )
    connection.execute(
        sa.update(t.grid_period)
        .where(t.grid_period.c.plan_id == before.plan_id)
        .values(valid=endless)
    )
    connection.execute(
        sa.update(t.grid)
        .where(t.plan_grid.c.plan_id == before.plan_id, t.plan_grid.c.code == t.grid.c.code)
        .values(kind=t.plan_grid.c.kind)
    )


def _make_draft(connection: sa.Connection, plan: PlanRow) -> None:
    # Its signed reasons excuse what it was; a draft may be redrawn into anything.
    plan_states.set_state(connection, plan.plan_id, "draft")
    connection.execute(
        sa.update(t.plan_grid)
        .where(t.plan_grid.c.plan_id == plan.plan_id)
        .values(code=t.plan_grid.c.brought_code)
    )
