"""The audit trail and its seals; triggers keep both append-only (``0014_audit.sql``)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import id_column, metadata

audit_event = sa.Table(
    "audit_event",
    metadata,
    id_column(),
    sa.Column(
        "at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.text("clock_timestamp()"),
    ),
    sa.Column("account_id", sa.BigInteger, comment="null: the operator, or nobody known"),
    sa.Column("who", sa.Text, nullable=False, comment="name of the account at that time"),
    sa.Column("role", sa.Text),
    sa.Column("action", sa.Text, nullable=False, comment="dotted words, such as plan.publish"),
    sa.Column("kind", sa.Text, comment="what was acted upon: plan, account, layer ..."),
    sa.Column("code", sa.Text, comment="its number, code or name"),
    sa.Column("community", sa.Text, comment="code of the area concerned; null: none, or all"),
    sa.Column(
        "detail",
        pg.JSONB,
        nullable=False,
        server_default="{}",
        comment="counts and codes; no person, no secret",
    ),
    sa.Column("request_id", sa.Text),
    sa.Column("address", sa.Text, comment="of the client; goes with the row when its time is over"),
    sa.CheckConstraint("action ~ '^[a-z_]+([.][a-z_]+)+$'", name="action"),
    sa.CheckConstraint("jsonb_typeof(detail) = 'object'", name="detail"),
    comment="Who did what to what; rows are added, never changed.",
)
sa.Index("ix_audit_event_community", audit_event.c.community, audit_event.c.id)

audit_seal = sa.Table(
    "audit_seal",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column(
        "last_id",
        sa.BigInteger,
        nullable=False,
        unique=True,
        comment="the batch holds all ids above the one before, up to here",
    ),
    sa.Column(
        "ids",
        pg.ARRAY(sa.BigInteger),
        nullable=False,
        comment="rows of the batch, ascending; they may have been pruned",
    ),
    sa.Column(
        "digests",
        sa.LargeBinary,
        nullable=False,
        comment="SHA-256 of each row, one after the other",
    ),
    sa.Column(
        "previous",
        sa.LargeBinary,
        nullable=False,
        comment="head of the batch before; noughts for the first",
    ),
    sa.Column(
        "head", sa.LargeBinary, nullable=False, comment="SHA-256 over previous and this batch"
    ),
    sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("number > 0", name="number"),
    sa.CheckConstraint("octet_length(digests) = 32 * cardinality(ids)", name="digests"),
    sa.CheckConstraint("octet_length(head) = 32 AND octet_length(previous) = 32", name="head"),
    comment="Batches of the audit trail, each chained to the one before.",
)
