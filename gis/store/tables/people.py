"""Staff: workers, the posts they hold, resident groups, and the teams that areas should have."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import SUBJECT_KINDS
from gis.store.tables.columns import id_column, import_columns, metadata, moment, one_of

worker = sa.Table(
    "worker",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    *import_columns(),
    sa.Column("erased_on", sa.Date, comment="when name and phone were erased; the posts stay"),
    comment="Staff, not residents.",
)

resident_group = sa.Table(
    "resident_group",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True, comment="community/name"),
    sa.Column("community_code", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    *import_columns(),
    comment="Resident groups, between a community and its buildings.",
)

building_group = sa.Table(
    "building_group",
    metadata,
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), primary_key=True),
    sa.Column(
        "group_code", sa.Text, sa.ForeignKey("resident_group.code"), nullable=False, index=True
    ),
    comment="Which resident group a building belongs to; one at most.",
)

post = sa.Table(
    "post",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column(
        "grid_id", sa.BigInteger, sa.ForeignKey("grid.id"), index=True, comment="subject: a grid"
    ),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column(
        "worker_id", sa.BigInteger, sa.ForeignKey("worker.id"), index=True, comment="null: vacant"
    ),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
    sa.Column("subject_kind", sa.Text, nullable=False, server_default="grid"),
    sa.Column("subject_code", sa.Text, index=True, comment="subject: anything but a grid"),
    sa.Column(
        "area_code", sa.Text, index=True, comment="area of a subject that is no grid: its community"
    ),
    sa.Column("tags", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("deputy_id", sa.BigInteger, sa.ForeignKey("worker.id"), index=True),
    one_of("subject_kind", SUBJECT_KINDS),
    sa.CheckConstraint(
        "(subject_kind = 'grid') = (grid_id IS NOT NULL)"
        " AND (subject_kind = 'grid') = (subject_code IS NULL)"
        " AND (subject_kind = 'grid') = (area_code IS NULL)",
        name="subject",
    ),
    pg.ExcludeConstraint(
        ("code", "="),
        (sa.text("coalesce(subject_code, '')"), "="),
        (sa.text("coalesce(grid_id, 0)"), "="),
        ("valid", "&&"),
        name="ex_post_code_subject_valid",
    ),
    comment="A role for one subject from a date to a date; a row for each grid of a post.",
)
sa.Index("ix_post_current", post.c.code, postgresql_where=sa.text("upper_inf(valid)"))

team = sa.Table(
    "team",
    metadata,
    sa.Column("area_code", sa.Text, primary_key=True, comment="and all below that name no other"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("template", pg.JSONB, nullable=False, comment="levels of the chain, and seats"),
    sa.Column("set_by", sa.Text, nullable=False),
    moment("set_at"),
    comment="Which template of team and chain holds in an area.",
)
