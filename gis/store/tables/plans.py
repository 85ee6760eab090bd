"""Grounds and the plans drawn on them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import GRID_KINDS, HOUSEHOLD_KINDS
from gis.store.tables.columns import (
    TIERS,
    geometry,
    id_column,
    metadata,
    moment,
    not_negative,
    one_of,
    spatial_index,
)

UNIT_KINDS = ("building", "stairwell", "ground")
RUNS_ALONG = ("nothing", "wall", "lane", "arterial", "river", "railway", "other")
PLAN_STATES = ("draft", "submitted", "returned", "approved", "published", "archived")

ground = sa.Table(
    "ground",
    metadata,
    id_column(),
    sa.Column("community_code", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("srid", sa.Integer, nullable=False, comment="metric CRS in which it was noded"),
    sa.Column(
        "fingerprint", sa.Text, nullable=False, comment="SHA-256 of the layers it was made of"
    ),
    moment("made_at"),
    sa.UniqueConstraint("community_code", "version"),
    comment="One noding of a community: its units and borders. Never changed once made.",
)

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("ground_id", sa.BigInteger, sa.ForeignKey("ground.id"), primary_key=True),
    sa.Column("unit_no", sa.Integer, primary_key=True, comment="0-based, as in the border table"),
    sa.Column(
        "unit_id", sa.Text, nullable=False, comment="stable name: building, stairwell or ground id"
    ),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), index=True),
    sa.Column("courtyard_code", sa.Text, sa.ForeignKey("courtyard.code")),
    sa.Column(
        "courtyard_kind", sa.Text, comment="as it was when the ground was made; null: no courtyard"
    ),
    sa.Column(
        "households", sa.Integer, nullable=False, comment="as it was when the ground was made"
    ),
    sa.Column("households_estimated", sa.Boolean, nullable=False, server_default=sa.false()),
    geometry("POLYGON"),
    sa.Column("households_kind", sa.Text, comment="as it was when the ground was made"),
    sa.Column(
        "weights", pg.JSONB, comment="counts besides households that the ground was made with"
    ),
    sa.UniqueConstraint("ground_id", "unit_id"),
    one_of("kind", UNIT_KINDS),
    one_of("households_kind", HOUSEHOLD_KINDS),
    *not_negative("households"),
    comment="Indivisible pieces of one ground; geom is the cell.",
)
spatial_index(unit)

border = sa.Table(
    "border",
    metadata,
    sa.Column("ground_id", sa.BigInteger, sa.ForeignKey("ground.id"), primary_key=True),
    sa.Column("border_no", sa.Integer, primary_key=True),
    sa.Column("left_unit", sa.Integer, nullable=False),
    sa.Column("right_unit", sa.Integer, comment="null: outside the community"),
    sa.Column("length_m", sa.Float, nullable=False),
    sa.Column("runs_along", sa.Text, nullable=False),
    sa.Column(
        "passage",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="a gate or bridge joins the two sides",
    ),
    geometry("LINESTRING"),
    sa.ForeignKeyConstraint(["ground_id", "left_unit"], ["unit.ground_id", "unit.unit_no"]),
    sa.ForeignKeyConstraint(["ground_id", "right_unit"], ["unit.ground_id", "unit.unit_no"]),
    sa.CheckConstraint("left_unit <> right_unit", name="sides"),
    *not_negative("length_m"),
    one_of("runs_along", RUNS_ALONG),
    comment="The noded borders, the truth of the ground.",
)
spatial_index(border)
sa.Index("ix_border_ground_id_left_unit", border.c.ground_id, border.c.left_unit)
sa.Index("ix_border_ground_id_right_unit", border.c.ground_id, border.c.right_unit)

plan = sa.Table(
    "plan",
    metadata,
    id_column(),
    sa.Column("community_code", sa.Text, nullable=False, index=True),
    sa.Column("ground_id", sa.BigInteger, sa.ForeignKey("ground.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="draft"),
    sa.Column(
        "revision", sa.Integer, nullable=False, server_default="0", comment="seq of the last edit"
    ),
    sa.Column(
        "tier",
        sa.Text,
        nullable=False,
        server_default="base",
        comment="base: base and special grids; micro: micro grids inside standing base grids",
    ),
    sa.Column("rules", pg.JSONB, nullable=False),
    sa.Column("certificate", pg.JSONB),
    sa.Column("based_on", sa.BigInteger, sa.ForeignKey("plan.id")),
    sa.Column("created_by", sa.Text, nullable=False),
    moment("created_at"),
    sa.Column(
        "reasons",
        pg.JSONB,
        comment="signed when submitted: why rules are broken, by kind of problem",
    ),
    one_of("state", PLAN_STATES),
    one_of("tier", TIERS),
    sa.UniqueConstraint("id", "ground_id"),
    comment="A division of one community.",
)

plan_grid = sa.Table(
    "plan_grid",
    metadata,
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("grid_no", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="base"),
    sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("households", sa.Integer, nullable=False, server_default="0"),
    sa.Column(
        "load",
        sa.Float,
        nullable=False,
        server_default="0",
        comment="households / cap; 1 is exactly full",
    ),
    sa.Column("flags", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("code", sa.Text, comment="given when the plan is published"),
    geometry("MULTIPOLYGON", nullable=True),
    sa.Column("brought_code", sa.Text, comment="code it had before the plan was adopted"),
    sa.Column("posts_needed", sa.Integer, comment="full grids in its load, rounded up; 0: special"),
    sa.Column(
        "round_m", sa.Float, comment="estimated length of one round of all buildings on foot"
    ),
    sa.Column(
        "removed",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="taken off the list while empty; its number stays used",
    ),
    one_of("kind", GRID_KINDS),
    *not_negative("posts_needed", "round_m"),
    comment="The grids of one plan; geometry is derived from the borders at every edit.",
)
spatial_index(plan_grid)
# What figures need of published grids, without their geometry; drafts have no codes.
sa.Index(
    "ix_plan_grid_published",
    plan_grid.c.plan_id,
    plan_grid.c.grid_no,
    postgresql_include=["households", "load", "posts_needed", "flags"],
    postgresql_where=sa.text("code IS NOT NULL"),
)

assignment = sa.Table(
    "assignment",
    metadata,
    sa.Column("plan_id", sa.BigInteger, primary_key=True),
    sa.Column("unit_no", sa.Integer, primary_key=True),
    sa.Column("ground_id", sa.BigInteger, nullable=False),
    sa.Column("grid_no", sa.Integer, comment="null: unassigned"),
    sa.ForeignKeyConstraint(["plan_id", "ground_id"], ["plan.id", "plan.ground_id"]),
    sa.ForeignKeyConstraint(["ground_id", "unit_no"], ["unit.ground_id", "unit.unit_no"]),
    sa.ForeignKeyConstraint(["plan_id", "grid_no"], ["plan_grid.plan_id", "plan_grid.grid_no"]),
    comment="The truth of a plan: each unit is in one grid or in none.",
)
sa.Index("ix_assignment_plan_id_grid_no", assignment.c.plan_id, assignment.c.grid_no)

edit = sa.Table(
    "edit",
    metadata,
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    moment("made_at"),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False, comment="divide, adopt, stroke, undo, redo ..."),
    sa.Column("why", sa.Text),
    sa.Column("moves", pg.JSONB, nullable=False, comment="[[unit_no, from, to], ...]"),
    sa.Column("undoes", sa.Integer, comment="seq of the edit this one takes back"),
    sa.Column(
        "client", sa.UUID, comment="name the page gave the stroke: told twice it is made once"
    ),
    sa.Column(
        "detail",
        pg.JSONB,
        comment=(
            "what it did besides moves: changes of grids, rejected moves, reasons, "
            "what a rebase found"
        ),
    ),
    comment="One stroke: undo history, audit trail and diff in one.",
)
sa.Index(
    "ix_edit_client",
    edit.c.plan_id,
    edit.c.client,
    unique=True,
    postgresql_where=sa.text("client IS NOT NULL"),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("snapshot_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    moment("made_at"),
    sa.Column("seq", sa.Integer, nullable=False, comment="edit after which it was taken"),
    sa.Column("ground_id", sa.BigInteger, sa.ForeignKey("ground.id"), nullable=False),
    sa.Column(
        "labels",
        pg.ARRAY(sa.Integer),
        nullable=False,
        comment="grid of each unit in the order of the ground; -1: none",
    ),
    sa.Column(
        "grids", pg.JSONB, nullable=False, comment="[{no, name, kind, locked, removed}, ...]"
    ),
    comment="A named state of a draft, to come back to.",
)

plan_presence = sa.Table(
    "plan_presence",
    metadata,
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("client", sa.UUID, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    moment("seen_at"),
    comment="Who has a draft open; rows of a minute ago mean nothing.",
)
