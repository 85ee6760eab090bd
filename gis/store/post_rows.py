"""Posts as rows of their layer: one for each post, with its subjects in one cell."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store import tables as t
from gis.store.sight import Sight, among

_DEPUTY = t.worker.alias("deputy")


def community_of_post() -> sa.ColumnElement[str]:
    """Community that a post's subject lies in, or the area it is for."""
    return sa.func.coalesce(t.post.c.area_code, t.grid.c.community_code)


def posts_seen(sight: Sight) -> sa.ColumnElement[bool]:
    """Tell which posts are seen: those of communities seen, and those for an area seen."""
    ground = sight.ground
    return sa.true() if ground is None else among(community_of_post(), ground.areas)


def post_rows(without: Collection[str] = ()) -> sa.Select[Any]:
    """
    Select posts as `gis.contracts` names their columns, some left out; ``geometry`` is null.

    The caller adds which periods are meant; each post comes once if those of its code hold on one
    day. Subjects, tags and covered buildings stand between commas, in order.
    """
    kept = [c.label(name) for name, c in _columns().items() if name not in without]
    query: sa.Select[Any] = sa.select(*kept, sa.null().label("geometry"))
    return (
        query.select_from(t.post)
        .outerjoin(t.grid, t.grid.c.id == t.post.c.grid_id)
        .outerjoin(t.worker, t.worker.c.id == t.post.c.worker_id)
        .outerjoin(_DEPUTY, _DEPUTY.c.id == t.post.c.deputy_id)
        .group_by(t.post.c.code)
    )


def _columns() -> dict[str, sa.ColumnElement[Any]]:
    post, never = t.post.c, sa.cast("infinity", sa.Date)
    end = sa.func.max(sa.func.coalesce(sa.func.upper(post.valid), never))
    return {
        "post_id": post.code,
        "grid_code": _listed(t.grid.c.code),
        "role": sa.func.min(post.role),
        "worker_id": sa.func.min(t.worker.c.code),
        "worker_name": sa.func.min(t.worker.c.name),
        "worker_phone": sa.func.min(t.worker.c.phone),
        "since": sa.func.min(sa.func.lower(post.valid)),
        "until": sa.func.nullif(end, never),
        "subject_kind": sa.func.min(post.subject_kind),
        "subject_code": _listed(post.subject_code),
        "community_code": sa.func.min(community_of_post()),
        "covers": _covered(),
        "tags": sa.func.nullif(
            sa.func.array_to_string(sa.func.min(sa.cast(post.tags, pg.ARRAY(sa.Text))), ","), ""
        ),
        "deputy_id": sa.func.min(_DEPUTY.c.code),
        "deputy_name": sa.func.min(_DEPUTY.c.name),
        "deputy_phone": sa.func.min(_DEPUTY.c.phone),
    }


def _listed(codes: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.func.string_agg(codes.distinct(), pg.aggregate_order_by(sa.literal(","), codes))


def _covered() -> sa.ColumnElement[Any]:
    """Buildings of a group, looked up by the codes of its posts' subjects."""
    member = t.building_group.c
    return (
        sa.select(
            sa.func.string_agg(
                member.building_code,
                pg.aggregate_order_by(sa.literal(","), member.building_code),
            )
        )
        .where(member.group_code == sa.func.min(t.post.c.subject_code))
        .scalar_subquery()
    )
