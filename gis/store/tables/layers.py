"""What is imported: runs, areas and the layers of a community."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import (
    AREA_LEVELS,
    BARRIER_KINDS,
    COURTYARD_KINDS,
    FACILITY_KINDS,
    HOUSEHOLD_KINDS,
    STREET_ACCESS,
    STREET_CLASSES,
)
from gis.store.tables.columns import (
    clearance,
    current_index,
    geometry,
    id_column,
    import_columns,
    metadata,
    moment,
    not_negative,
    one_of,
    spatial_index,
)

ROW_STATES = ("waiting", "stored", "dropped")

import_run = sa.Table(
    "import_run",
    metadata,
    id_column(),
    moment("started_at"),
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
    geometry("GEOMETRY", nullable=True),
    sa.CheckConstraint("row_no > 0", name="row_no"),
    one_of("state", ROW_STATES),
    comment="A row that waits with its faults until it is mended or dropped.",
)

sa.Index(
    "ix_import_row_waiting", import_row.c.run_id, postgresql_where=sa.text("state = 'waiting'")
)

retirement = sa.Table(
    "retirement",
    metadata,
    id_column(),
    sa.Column("layer", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("retired_on", sa.Date, nullable=False),
    sa.Column("retired_by_run", sa.BigInteger, sa.ForeignKey("import_run.id")),
    sa.Column("returned_on", sa.Date, comment="null: it has not come back"),
    sa.Column("returned_by_run", sa.BigInteger, sa.ForeignKey("import_run.id")),
    sa.CheckConstraint("returned_on >= retired_on", name="returned_on"),
    comment="When imported things went and came back; retired_on of a thing is its last open one.",
)
sa.Index("ix_retirement_layer_code", retirement.c.layer, retirement.c.code)
sa.Index(
    "ix_retirement_open",
    retirement.c.layer,
    retirement.c.code,
    unique=True,
    postgresql_where=sa.text("returned_on IS NULL"),
)

area = sa.Table(
    "area",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("parent_code", sa.Text),
    sa.Column(
        "valid",
        pg.DATERANGE,
        nullable=False,
        server_default=sa.text("daterange(CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date), null)"),
    ),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
    geometry("MULTIPOLYGON"),
    sa.CheckConstraint("code ~ '^[0-9]{12}$'", name="code"),
    one_of("level", AREA_LEVELS),
    pg.ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_area_code_valid"),
    comment="Administrative areas, versioned: one row per code and period.",
)
spatial_index(area)
current_index(area)
sa.Index("ix_area_parent_code", area.c.parent_code)

courtyard = sa.Table(
    "courtyard",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("walled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("managed", sa.Boolean),
    sa.Column("community_code", sa.Text, index=True),
    *import_columns(),
    geometry("MULTIPOLYGON"),
    clearance(),
    one_of("kind", COURTYARD_KINDS),
    comment="Residential compounds.",
)
spatial_index(courtyard)

gate = sa.Table(
    "gate",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("courtyard_code", sa.Text, sa.ForeignKey("courtyard.code"), index=True),
    sa.Column("name", sa.Text),
    *import_columns(),
    geometry("POINT"),
    comment="Ways through the wall of a courtyard.",
)
spatial_index(gate)

building = sa.Table(
    "building",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("community_code", sa.Text),
    sa.Column("courtyard_code", sa.Text, sa.ForeignKey("courtyard.code")),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("households_kind", sa.Text, nullable=False),
    sa.Column("households_estimated", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("floors", sa.Integer),
    sa.Column("stairwells", sa.Integer),
    sa.Column("residents", sa.Integer),
    sa.Column("elders", sa.Integer),
    sa.Column("vulnerable", sa.Integer),
    *import_columns(),
    geometry("MULTIPOLYGON"),
    clearance(),
    one_of("households_kind", HOUSEHOLD_KINDS),
    *not_negative("households", "floors", "stairwells", "residents", "elders", "vulnerable"),
    comment="Counts only; never a resident's name.",
)
# Covers what areas add up to (figures_stock.sql), so that a whole city is read from it alone.
sa.Index(
    "ix_building_stock",
    building.c.community_code,
    building.c.households_kind,
    postgresql_include=[
        *("code", "households", "households_estimated", "retired_on"),
    ],
)
# Low zooms show what courtyards add up to, and the buildings that belong to none.
sa.Index(
    "ix_building_of_courtyard",
    building.c.courtyard_code,
    postgresql_include=[
        *("code", "community_code", "households", "households_estimated", "retired_on"),
    ],
)
sa.Index(
    "ix_building_loose_geom",
    building.c.geom,
    postgresql_using="gist",
    postgresql_where=sa.text("courtyard_code IS NULL"),
)
spatial_index(building)

stairwell = sa.Table(
    "stairwell",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), nullable=False, index=True),
    sa.Column("number", sa.Text),
    sa.Column("households", sa.Integer, nullable=False),
    *import_columns(),
    *not_negative("households"),
    comment="Entrances of buildings, the smallest things a grid can hold.",
)

street = sa.Table(
    "street",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("street_class", sa.Text, nullable=False),
    sa.Column("bridge", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("tunnel", sa.Boolean, nullable=False, server_default=sa.false()),
    *import_columns(),
    geometry("MULTILINESTRING"),
    sa.Column("access", sa.Text, nullable=False, server_default="public"),
    sa.Column("level", sa.Float, nullable=False, server_default=sa.text("0")),
    one_of("street_class", STREET_CLASSES),
    one_of("access", STREET_ACCESS),
    comment="Centre lines on which people walk or drive.",
)
spatial_index(street)

barrier = sa.Table(
    "barrier",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    *import_columns(),
    geometry("MULTILINESTRING"),
    one_of("kind", BARRIER_KINDS),
    comment="Lines that no grid may cross, or should avoid.",
)
spatial_index(barrier)

building_key = sa.Table(
    "building_key",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("building_code", sa.Text, primary_key=True, index=True),
    comment="Spellings by which buildings are found, folded; kept by triggers.",
)

facility = sa.Table(
    "facility",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("functions", sa.Text),
    sa.Column("floor_area_m2", sa.Float),
    sa.Column("opening_hours", sa.Text),
    sa.Column("idle", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("community_code", sa.Text, index=True),
    *import_columns(),
    geometry("POINT"),
    one_of("kind", FACILITY_KINDS),
    *not_negative("floor_area_m2"),
    comment="Places that serve residents.",
)
spatial_index(facility)
