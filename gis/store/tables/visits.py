"""What workers report and type: done marks, receipts of handovers, keys of names."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import id_column, metadata, moment, not_negative, one_of

OUTCOMES = ("seen", "absent", "locked")

visit = sa.Table(
    "visit",
    metadata,
    id_column(),
    sa.Column(
        "client",
        pg.UUID,
        nullable=False,
        unique=True,
        comment="made on the phone; what comes twice is stored once",
    ),
    sa.Column("building_code", sa.Text, sa.ForeignKey("building.code"), nullable=False),
    sa.Column(
        "stairwell_code",
        sa.Text,
        sa.ForeignKey("stairwell.code"),
        comment="null: the whole building",
    ),
    sa.Column(
        "grid_id",
        sa.BigInteger,
        sa.ForeignKey("grid.id"),
        nullable=False,
        comment="of the worker, in which the building was",
    ),
    sa.Column(
        "now_grid_id",
        sa.BigInteger,
        sa.ForeignKey("grid.id"),
        comment="of another, in which it was when the mark arrived; else null",
    ),
    sa.Column(
        "worker_id",
        sa.BigInteger,
        sa.ForeignKey("worker.id"),
        comment="null: an account that is no worker",
    ),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False, comment="of marked_at, in China"),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("households", sa.Integer, nullable=False, comment="how many were met; 0 unless seen"),
    sa.Column(
        "counts",
        sa.Boolean,
        nullable=False,
        server_default=sa.true(),
        comment="false: corrected by a later mark of the same day, place and maker",
    ),
    sa.Column(
        "marked_at",
        sa.DateTime(timezone=True),
        nullable=False,
        comment="by the clock of the phone",
    ),
    moment("received_at"),
    one_of("outcome", OUTCOMES),
    *not_negative("households"),
    sa.CheckConstraint("(outcome = 'seen') = (households > 0)", name="seen"),
    comment="A worker was at a building or stairwell: counts of households, "
    "never a place or a person.",
)
_COUNTS = sa.text("counts")
sa.Index(None, visit.c.building_code, visit.c.day)
sa.Index(None, visit.c.grid_id, visit.c.day, postgresql_where=_COUNTS)
sa.Index(None, visit.c.worker_id, visit.c.day)
sa.Index(
    "ix_visit_now_grid_id",
    visit.c.now_grid_id,
    visit.c.day,
    postgresql_where=sa.text("now_grid_id IS NOT NULL"),
)

handover_receipt = sa.Table(
    "handover_receipt",
    metadata,
    sa.Column(
        "publication_id",
        sa.BigInteger,
        sa.ForeignKey("publication.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("worker_id", sa.BigInteger, sa.ForeignKey("worker.id"), primary_key=True),
    moment("confirmed_at"),
    sa.Column("confirmed_by", sa.Text, nullable=False),
    comment="A worker has read what a publication gives to them and takes from them.",
)

search_key = sa.Table(
    "search_key",
    metadata,
    sa.Column("text", sa.Text, primary_key=True),
    sa.Column(
        "rule", sa.SmallInteger, nullable=False, comment="version of the readings it was made with"
    ),
    sa.Column("pinyin", sa.Text, nullable=False),
    sa.Column("initials", sa.Text, nullable=False),
    comment="How names are typed; made when a name is first shown.",
)
