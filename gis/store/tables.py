"""
The tables of Wangge as SQLAlchemy Core, the models that migrations are checked against.

Geometry is stored in EPSG:4326. Spatial indexes are declared explicitly
(``spatial_index=False`` on the column), so that autogenerate neither doubles nor
drops them. Every time is ``timestamptz``; every validity is a ``daterange``
closed below and open above.
"""

from __future__ import annotations

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import (
    AREA_LEVELS,
    BARRIER_KINDS,
    COURTYARD_KINDS,
    FACILITY_KINDS,
    GRID_KINDS,
    HOUSEHOLD_KINDS,
    STREET_CLASSES,
)

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

UNIT_KINDS = ("building", "stairwell", "ground")
RUNS_ALONG = ("nothing", "wall", "lane", "arterial", "river", "railway", "other")
PLAN_STATES = ("draft", "submitted", "returned", "approved", "published", "archived")
TIERS = ("base", "micro")
ROW_STATES = ("waiting", "stored", "dropped")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True)


def _geom(kind: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _one_of(column: str, choices: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{c}'" for c in choices)
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def _spatial(table: sa.Table) -> None:
    sa.Index(f"ix_{table.name}_geom", table.c.geom, postgresql_using="gist")


def _current(table: sa.Table) -> None:
    """One open period per code at most, found by its code."""
    sa.Index(
        f"ix_{table.name}_current",
        table.c.code,
        unique=True,
        postgresql_where=sa.text("upper_inf(valid)"),
    )


def _not_negative(*columns: str) -> tuple[sa.CheckConstraint, ...]:
    return tuple(sa.CheckConstraint(f"{column} >= 0", name=column) for column in columns)


def _retirable() -> tuple[sa.Column[object], ...]:
    """Columns that every imported thing carries: which run brought it, when it went."""
    return (
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
        _now("changed_at"),
        sa.Column("retired_on", sa.Date),
    )


import_run = sa.Table(
    "import_run",
    metadata,
    _id(),
    _now("started_at"),
    sa.Column("layer", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, comment="file name without its folder"),
    sa.Column("options", pg.JSONB, nullable=False, server_default="{}"),
    sa.Column("counts", pg.JSONB, nullable=False, server_default="{}"),
    comment="One layer of one call of wangge import; it is there when its rows are, or not at all.",
)

import_row = sa.Table(
    "import_row",
    metadata,
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, comment="1 is the first data row"),
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("code", sa.Text, comment="key of the row, where it has one"),
    sa.Column("values", pg.JSONB, nullable=False),
    sa.Column("faults", pg.JSONB, nullable=False),
    _geom("GEOMETRY", nullable=True),
    sa.CheckConstraint("row_no > 0", name="row_no"),
    _one_of("state", ROW_STATES),
    comment="A row that waits with its faults until it is mended or dropped.",
)

sa.Index(
    "ix_import_row_waiting", import_row.c.run_id, postgresql_where=sa.text("state = 'waiting'")
)

area = sa.Table(
    "area",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("parent_code", sa.Text),
    sa.Column(
        "valid",
        pg.DATERANGE,
        nullable=False,
        server_default=sa.text("daterange(current_date, null)"),
    ),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
    _geom("MULTIPOLYGON"),
    sa.CheckConstraint("code ~ '^[0-9]{12}$'", name="code"),
    _one_of("level", AREA_LEVELS),
    pg.ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_area_code_valid"),
    comment="Administrative areas, versioned: one row per code and period.",
)
_spatial(area)
_current(area)
sa.Index("ix_area_parent_code", area.c.parent_code)

courtyard = sa.Table(
    "courtyard",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("walled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("managed", sa.Boolean),
    sa.Column("community_code", sa.Text, index=True),
    *_retirable(),
    _geom("MULTIPOLYGON"),
    _one_of("kind", COURTYARD_KINDS),
    comment="Residential compounds.",
)
_spatial(courtyard)

gate = sa.Table(
    "gate",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("courtyard_code", sa.Text, sa.ForeignKey("courtyard.code"), index=True),
    sa.Column("name", sa.Text),
    *_retirable(),
    _geom("POINT"),
    comment="Ways through the wall of a courtyard.",
)
_spatial(gate)

building = sa.Table(
    "building",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("community_code", sa.Text, index=True),
    sa.Column("courtyard_code", sa.Text, sa.ForeignKey("courtyard.code"), index=True),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("households_kind", sa.Text, nullable=False),
    sa.Column("households_estimated", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("floors", sa.Integer),
    sa.Column("stairwells", sa.Integer),
    sa.Column("residents", sa.Integer),
    sa.Column("elders", sa.Integer),
    sa.Column("vulnerable", sa.Integer),
    *_retirable(),
    _geom("MULTIPOLYGON"),
    _one_of("households_kind", HOUSEHOLD_KINDS),
    *_not_negative("households", "floors", "stairwells", "residents", "elders", "vulnerable"),
    comment="Counts only; never a resident's name.",
)
_spatial(building)

stairwell = sa.Table(
    "stairwell",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), nullable=False, index=True),
    sa.Column("number", sa.Text),
    sa.Column("households", sa.Integer, nullable=False),
    *_retirable(),
    *_not_negative("households"),
    comment="Entrances of buildings, the smallest things a grid can hold.",
)

street = sa.Table(
    "street",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("street_class", sa.Text, nullable=False),
    sa.Column("bridge", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("tunnel", sa.Boolean, nullable=False, server_default=sa.false()),
    *_retirable(),
    _geom("MULTILINESTRING"),
    _one_of("street_class", STREET_CLASSES),
    comment="Centre lines on which people walk or drive.",
)
_spatial(street)

barrier = sa.Table(
    "barrier",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    *_retirable(),
    _geom("MULTILINESTRING"),
    _one_of("kind", BARRIER_KINDS),
    comment="Lines that no grid may cross, or should avoid.",
)
_spatial(barrier)

facility = sa.Table(
    "facility",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("functions", sa.Text),
    sa.Column("floor_area_m2", sa.Float),
    sa.Column("opening_hours", sa.Text),
    sa.Column("idle", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("community_code", sa.Text, index=True),
    *_retirable(),
    _geom("POINT"),
    _one_of("kind", FACILITY_KINDS),
    *_not_negative("floor_area_m2"),
    comment="Places that serve residents.",
)
_spatial(facility)

ground = sa.Table(
    "ground",
    metadata,
    _id(),
    sa.Column("community_code", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("srid", sa.Integer, nullable=False, comment="metric CRS in which it was noded"),
    sa.Column(
        "fingerprint", sa.Text, nullable=False, comment="SHA-256 of the layers it was made of"
    ),
    _now("made_at"),
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
    _geom("POLYGON"),
    sa.Column("households_kind", sa.Text, comment="as it was when the ground was made"),
    sa.UniqueConstraint("ground_id", "unit_id"),
    _one_of("kind", UNIT_KINDS),
    _one_of("households_kind", HOUSEHOLD_KINDS),
    *_not_negative("households"),
    comment="Indivisible pieces of one ground; geom is the cell.",
)
_spatial(unit)

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
    _geom("LINESTRING"),
    sa.ForeignKeyConstraint(["ground_id", "left_unit"], ["unit.ground_id", "unit.unit_no"]),
    sa.ForeignKeyConstraint(["ground_id", "right_unit"], ["unit.ground_id", "unit.unit_no"]),
    sa.CheckConstraint("left_unit <> right_unit", name="sides"),
    *_not_negative("length_m"),
    _one_of("runs_along", RUNS_ALONG),
    comment="The noded borders, the truth of the ground.",
)
_spatial(border)
sa.Index("ix_border_ground_id_left_unit", border.c.ground_id, border.c.left_unit)
sa.Index("ix_border_ground_id_right_unit", border.c.ground_id, border.c.right_unit)

plan = sa.Table(
    "plan",
    metadata,
    _id(),
    sa.Column("community_code", sa.Text, nullable=False, index=True),
    sa.Column("ground_id", sa.BigInteger, sa.ForeignKey("ground.id"), nullable=False),
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
    _now("created_at"),
    _one_of("state", PLAN_STATES),
    _one_of("tier", TIERS),
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
    _geom("MULTIPOLYGON", nullable=True),
    _one_of("kind", GRID_KINDS),
    comment="The grids of one plan; geometry is derived from the borders at every edit.",
)
_spatial(plan_grid)

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
    _now("made_at"),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False, comment="divide, adopt, stroke, undo, redo ..."),
    sa.Column("why", sa.Text),
    sa.Column("moves", pg.JSONB, nullable=False, comment="[[unit_no, from, to], ...]"),
    sa.Column("undoes", sa.Integer, comment="seq of the edit this one takes back"),
    comment="One stroke: undo history, audit trail and diff in one.",
)

publication = sa.Table(
    "publication",
    metadata,
    _id(),
    sa.Column("community_code", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("plan_id", sa.BigInteger, sa.ForeignKey("plan.id"), nullable=False, unique=True),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    _now("published_at"),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="signed reason for the rules the plan breaks"),
    sa.Column("problems", pg.JSONB, nullable=False, server_default="[]"),
    pg.ExcludeConstraint(
        ("community_code", "="),
        ("tier", "="),
        ("valid", "&&"),
        name="ex_publication_community_tier_valid",
    ),
    _one_of("tier", TIERS),
    comment="Which plan holds in a community on which days, per tier.",
)

grid = sa.Table(
    "grid",
    metadata,
    _id(),
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
    _one_of("kind", GRID_KINDS),
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

worker = sa.Table(
    "worker",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    *_retirable(),
    comment="Staff, not residents.",
)

post = sa.Table(
    "post",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("grid_id", sa.BigInteger, sa.ForeignKey("grid.id"), nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column(
        "worker_id", sa.BigInteger, sa.ForeignKey("worker.id"), index=True, comment="null: vacant"
    ),
    sa.Column("valid", pg.DATERANGE, nullable=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
    pg.ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_post_code_valid"),
    comment="A role in a grid from a date to a date, versioned: one row per code and holder.",
)
_current(post)
