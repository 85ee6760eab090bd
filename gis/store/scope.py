"""
What a file speaks for: only things within its scope can be gone when it does not name them.

======================  ==================================================================
layer                   scope without a community named
======================  ==================================================================
areas                   areas of the level and parent of some area in the file
courtyards, buildings,  those of the communities named in the file (rows without community:
facilities              things without community)
gates                   gates of courtyards of the communities of the file's courtyards
stairwells              stairwells of buildings of the communities of the file's buildings
streets, barriers       those that touch the box around the file
posts                   posts for the grids and other subjects named in the file
======================  ==================================================================

With a community named, the scope is what lies in that community.
"""

from __future__ import annotations

import sqlalchemy as sa

from gis.contracts import LayerName
from gis.store import tables
from gis.store.layers import STORED, touches_community


def in_scope(layer: LayerName, community: str | None) -> sa.ColumnElement[bool]:
    """Tell which rows of the layer's table the staged file speaks for."""
    if layer in _SCOPES:
        return _SCOPES[layer](community)
    table = STORED[layer].table
    if "community_code" not in table.c:
        return _lines(table, community)
    if community is not None:
        wanted: sa.ColumnElement[bool] = table.c.community_code == community
        return wanted
    named = sa.select(_staged("community_code")).distinct()
    return _among(table.c.community_code, named)


def _staged(column: str) -> sa.ColumnElement[str]:
    return sa.table("staged", sa.column(column, sa.Text), schema="pg_temp").c[column]


def _among(code: sa.ColumnElement[str], values: sa.Select[str]) -> sa.ColumnElement[bool]:
    """Membership in which null is a value like another."""
    found = values.subquery()
    same = code.is_not_distinct_from(found.c[0])
    return sa.select(sa.literal(1)).select_from(found).where(same).exists()


def _areas(community: str | None) -> sa.ColumnElement[bool]:
    area = tables.area
    if community is not None:
        return area.c.code == community
    staged = sa.table("staged", sa.column("level"), sa.column("parent_code"), schema="pg_temp")
    return (
        sa.select(sa.literal(1))
        .select_from(staged)
        .where(
            staged.c.level == area.c.level,
            staged.c.parent_code.is_not_distinct_from(area.c.parent_code),
        )
        .exists()
    )


def _gates(community: str | None) -> sa.ColumnElement[bool]:
    return _through(tables.gate.c.courtyard_code, tables.courtyard, community)


def _stairwells(community: str | None) -> sa.ColumnElement[bool]:
    return _through(tables.stairwell.c.building_code, tables.building, community)


def _through(
    code: sa.Column[str], owner: sa.Table, community: str | None
) -> sa.ColumnElement[bool]:
    """Scope of things that lie in a community through their owner."""
    if community is not None:
        wanted: sa.ColumnElement[bool] = owner.c.community_code == community
        return code.in_(sa.select(owner.c.code).where(wanted))
    named = owner.alias("named")
    communities = (
        sa.select(named.c.community_code)
        .distinct()
        .where(named.c.code.in_(sa.select(_staged(code.name))))
    )
    return code.in_(sa.select(owner.c.code).where(_among(owner.c.community_code, communities)))


def _lines(table: sa.Table, community: str | None) -> sa.ColumnElement[bool]:
    if community is not None:
        return touches_community(table, community)
    geom = sa.table("staged", sa.column("geom"), schema="pg_temp").c.geom
    box = sa.select(sa.func.ST_SetSRID(sa.func.ST_Extent(geom), 4326)).scalar_subquery()
    return table.c.geom.op("&&")(box)


def _posts(community: str | None) -> sa.ColumnElement[bool]:
    grid, post = tables.grid, tables.post
    if community is not None:
        inside = sa.select(grid.c.id).where(grid.c.community_code == community)
        return sa.or_(post.c.grid_id.in_(inside), post.c.area_code == community)
    staged = sa.table(
        "staged_subject",
        sa.column("grid_id"),
        sa.column("subject_kind"),
        sa.column("subject_code"),
        schema="pg_temp",
    )
    same = sa.or_(
        post.c.grid_id == staged.c.grid_id,
        sa.and_(
            post.c.subject_kind == staged.c.subject_kind,
            post.c.subject_code == staged.c.subject_code,
        ),
    )
    return sa.select(sa.literal(1)).select_from(staged).where(same).exists()


_SCOPES = {"areas": _areas, "gates": _gates, "stairwells": _stairwells, "posts": _posts}
