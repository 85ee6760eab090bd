"""What stands from a day on: publications, grids and their periods."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import GRID_KINDS
from gis.store.tables.columns import (
    TIERS,
    id_column,
    metadata,
    moment,
    one_of,
)

publication = sa.Table(
    "publication",
    metadata,
    id_column(),
    sa.Column("community_code", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), nullable=False, unique=True),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    moment("published_at"),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="signed reason for the rules the plan breaks"),
    sa.Column("problems", pg.JSONB, nullable=False, server_default="[]"),
    sa.Column(
        "ended_posts",
        pg.JSONB,
        nullable=False,
        server_default="[]",
        comment="[[post id, period before, period after], ...] of retired grids",
    ),
    pg.ExcludeConstraint(
        ("community_code", "="),
        ("tier", "="),
        ("valid", "&&"),
        name="ex_publication_community_tier_valid",
    ),
    one_of("tier", TIERS),
    comment="Which plan holds in a community on which days, per tier.",
)

grid = sa.Table(
    "grid",
    metadata,
    id_column(),
    sa.Column(
        "code",
        sa.Text,
        nullable=False,
        unique=True,
        comment="15 digits, micro grids 17; never used twice",
    ),
    sa.Column("community_code", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.CheckConstraint("code ~ '^([0-9]{15}|[0-9]{17})$'", name="code"),
    one_of("kind", GRID_KINDS),
    comment="A grid's identity through all its redraws.",
)

grid_period = sa.Table(
    "grid_period",
    metadata,
    sa.Column("grid_id", sa.BigInteger, sa.ForeignKey("grid.id"), primary_key=True),
    sa.Column("plan_id", sa.BigInteger, primary_key=True),
    sa.Column("grid_no", sa.Integer, nullable=False),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    sa.ForeignKeyConstraint(["plan_id", "grid_no"], ["plan_grid.plan_id", "plan_grid.grid_no"]),
    pg.ExcludeConstraint(("grid_id", "="), ("valid", "&&"), name="ex_grid_period_grid_valid"),
    sa.UniqueConstraint("plan_id", "grid_no"),
    comment="The shape a grid has on which days: the grid of which published plan.",
)

lineage = sa.Table(
    "lineage",
    metadata,
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("grid_id", sa.BigInteger, sa.ForeignKey("grid.id"), primary_key=True),
    sa.Column("from_grid_id", sa.BigInteger, sa.ForeignKey("grid.id"), primary_key=True),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("buildings", sa.Integer, nullable=False),
    comment="From which grids a published grid took its buildings.",
)

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("publication_id", sa.BigInteger, sa.ForeignKey("publication.id"), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True, comment="building or stairwell"),
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), nullable=False),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("from_grid_id", sa.BigInteger, sa.ForeignKey("grid.id")),
    sa.Column("to_grid_id", sa.BigInteger, sa.ForeignKey("grid.id")),
    comment="Which building passes from which grid to which on the publication's first day.",
)
sa.Index("ix_handover_building_code", handover.c.building_code)
