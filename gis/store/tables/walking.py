"""What walking circles leave behind: runs, reach, circles, gaps, sites and figures."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import (
    geometry,
    id_column,
    metadata,
    moment,
    not_negative,
    one_of,
    spatial_index,
)

CIRCLE_STATES = ("ok", "empty", "snap_too_long", "outside", "failed")
COVERAGE_LEVELS = ("county", "subdistrict", "community")
METHODS = ("network", "straight_line")
COUNTED = ("buildings", "households", "residents", "elders", "vulnerable")


def _run(*, index: bool = True) -> sa.Column[int]:
    return sa.Column(
        "run_id",
        sa.BigInteger,
        sa.ForeignKey("walking_run.id", ondelete="CASCADE"),
        nullable=False,
        index=index,
    )


def _profile() -> sa.Column[str]:
    return sa.Column("profile", sa.Text, nullable=False)


def _walked() -> tuple[sa.Column[int], sa.Column[float]]:
    return (
        sa.Column("cutoff_s", sa.Integer, nullable=False),
        sa.Column("speed_m_s", sa.Float, nullable=False),
    )


walking_run = sa.Table(
    "walking_run",
    metadata,
    id_column(),
    _profile(),
    moment("made_at"),
    sa.Column("settings", pg.JSONB, nullable=False, comment="gates, classes, speeds, cutoffs ..."),
    sa.Column("network", sa.Text, nullable=False, comment="SHA-256 of the layers it was made of"),
    sa.Column("report", pg.JSONB, nullable=False, comment="what was found on the way, by ids"),
    comment="One computation of reach and circles; the newest of a profile is the one shown.",
)
sa.Index("ix_walking_run_profile_id", walking_run.c.profile, walking_run.c.id)

reach = sa.Table(
    "reach",
    metadata,
    _profile(),
    sa.Column("kind", sa.Text, nullable=False),
    # No foreign keys: millions of rows are replaced whole, and every reader joins.
    sa.Column("building_code", sa.Text, nullable=False),
    sa.Column("facility_code", sa.Text),
    sa.Column("metres", sa.Float, comment="on foot to the nearest; null: no way there"),
    sa.Column("open_m", sa.Float, comment="the same if every gate stood open"),
    sa.Column("straight_m", sa.Float, comment="in a straight line to the nearest"),
    sa.Column("reason", sa.Text, comment="why there is no way at all; null: there is one"),
    sa.PrimaryKeyConstraint("profile", "building_code", "kind"),
    *not_negative("metres", "open_m", "straight_m"),
    one_of("reason", ("island", "gate", "snap_too_long", "no_such_facility")),
    comment="Each building's nearest facility of each kind, of the newest run of a profile.",
)
sa.Index("ix_reach_building_code", reach.c.building_code)
sa.Index("ix_reach_facility_code", reach.c.facility_code)

circle = sa.Table(
    "circle",
    metadata,
    id_column(),
    _profile(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("facility_code", sa.Text, comment="null: all of the kind"),
    *_walked(),
    _run(),
    sa.Column("digest", sa.Text, nullable=False, comment="of all that shapes it"),
    sa.Column("status", sa.Text, nullable=False),
    geometry("MULTIPOLYGON", nullable=True),
    one_of("status", CIRCLE_STATES),
    sa.CheckConstraint("cutoff_s > 0 AND speed_m_s > 0", name="walked"),
    sa.CheckConstraint("status <> 'ok' OR geom IS NOT NULL", name="drawn"),
    comment="Service circles: a picture of reach, never the source of a figure.",
)
spatial_index(circle)
sa.Index(
    "ix_circle_key",
    circle.c.profile,
    circle.c.kind,
    sa.text("coalesce(facility_code, '')"),
    circle.c.cutoff_s,
    circle.c.speed_m_s,
    unique=True,
)
sa.Index("ix_circle_facility_code", circle.c.facility_code)

service_gap = sa.Table(
    "service_gap",
    metadata,
    id_column(),
    _profile(),
    sa.Column("kind", sa.Text, nullable=False),
    *_walked(),
    _run(),
    sa.Column("rank", sa.Integer, nullable=False, comment="1 has most households, by kind"),
    sa.Column("community_code", sa.Text),
    sa.Column("buildings", sa.Integer, nullable=False),
    sa.Column("households", sa.Integer, nullable=False),
    sa.Column("households_estimated", sa.Integer, nullable=False),
    sa.Column("reasons", pg.JSONB, nullable=False, comment="reason -> buildings"),
    geometry("MULTIPOLYGON"),
    *not_negative("buildings", "households", "households_estimated"),
    comment="Ground whose households miss a kind within the cutoff.",
)
spatial_index(service_gap)
sa.Index(
    "ix_service_gap_walk",
    *(service_gap.c[n] for n in ("profile", "speed_m_s", "cutoff_s", "kind", "community_code")),
    postgresql_include=["households", "households_estimated"],
)
sa.Index("ix_service_gap_community_code", service_gap.c.community_code)

site = sa.Table(
    "site",
    metadata,
    id_column(),
    _profile(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("community_code", sa.Text, comment="where it was asked for; null: everywhere"),
    *_walked(),
    moment("made_at"),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("place", sa.Text, nullable=False, comment="code of the candidate"),
    sa.Column("households_gained", sa.Integer, nullable=False),
    sa.Column("certificate", pg.JSONB, nullable=False),
    geometry("POINT"),
    *not_negative("households_gained"),
    comment="Suggested places for a kind; a new suggestion replaces the one before.",
)
spatial_index(site)
sa.Index("ix_site_profile_kind", site.c.profile, site.c.kind)

coverage_figure = sa.Table(
    "coverage_figure",
    metadata,
    _run(index=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("area_code", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    *_walked(),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("counted", sa.Text, nullable=False),
    sa.Column("total", sa.Integer, comment="null: too few buildings to tell"),
    sa.Column("reached", sa.Integer, comment="null: too few buildings to tell"),
    sa.Column("share", sa.Float, comment="null: nobody to count, or too few buildings to tell"),
    sa.Column("buildings", sa.Integer, nullable=False),
    sa.Column("known_buildings", sa.Integer, nullable=False, comment="that carry the count"),
    sa.Column("estimated", sa.Integer, nullable=False, comment="households that nobody counted"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.PrimaryKeyConstraint(
        *("run_id", "area_code", "kind", "cutoff_s", "speed_m_s", "method", "counted")
    ),
    one_of("counted", COUNTED),
    sa.CheckConstraint("reached BETWEEN 0 AND total", name="reached"),
    sa.CheckConstraint("share BETWEEN 0 AND 1", name="share"),
    one_of("level", COVERAGE_LEVELS),
    one_of("method", METHODS),
    comment="service_coverage of areas; those of every run stay, so that dates can be compared.",
)
