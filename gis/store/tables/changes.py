"""The log of what changed on maps; triggers write it (``0010_changes.sql``)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import id_column, metadata, moment

change = sa.Table(
    "change",
    metadata,
    id_column(),
    sa.Column(
        "xid",
        sa.BigInteger,
        nullable=False,
        server_default=sa.text("pg_current_xact_id()::text::bigint"),
        index=True,
        comment="the writing transaction: ids may commit in another order",
    ),
    sa.Column("source", sa.Text, nullable=False, comment="table whose rows changed"),
    sa.Column(
        "through",
        sa.Text,
        comment="table whose shapes show it; null: they are where the rows are",
    ),
    sa.Column(
        "plan_id", sa.BigInteger, comment="plan whose own rows changed; null: rows of no one plan"
    ),
    sa.Column(
        "public",
        sa.Boolean,
        nullable=False,
        server_default=sa.true(),
        comment="false: of a plan that is not published",
    ),
    sa.Column(
        "areas",
        pg.ARRAY(sa.Text),
        nullable=False,
        server_default="{}",
        comment="codes of the areas concerned, where known",
    ),
    sa.Column(
        "boxes",
        pg.ARRAY(sa.Integer),
        comment="{{west, north, east, south}, ...} of 2^30 columns and rows; null: everywhere",
    ),
    comment="What changed on maps, one row per statement (and plan); pruned.",
)

change_floor = sa.Table(
    "change_floor",
    metadata,
    sa.Column("only_row", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("floor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column(
        "next_floor",
        sa.BigInteger,
        nullable=False,
        server_default=sa.text("0"),
        comment="the next floor: all below had ended at next_at",
    ),
    moment("next_at"),
    sa.CheckConstraint("only_row", name="only_row"),
    comment="Changes of transactions below floor are pruned.",
)
