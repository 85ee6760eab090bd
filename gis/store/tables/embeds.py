"""Keys by which other sites embed maps: what each opens, for whom, until when."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import id_column, metadata, moment

embed_key = sa.Table(
    "embed_key",
    metadata,
    id_column(),
    sa.Column(
        "digest",
        sa.LargeBinary,
        nullable=False,
        unique=True,
        comment="SHA-256 of the key, which itself is stored nowhere",
    ),
    sa.Column("area_code", sa.Text, nullable=False, comment="it and the areas below it are shown"),
    sa.Column("layers", pg.ARRAY(sa.Text), nullable=False, comment="besides those of the ground"),
    sa.Column(
        "origins",
        pg.ARRAY(sa.Text),
        nullable=False,
        comment="scheme://host[:port] of the sites that may show it; none: no other site",
    ),
    sa.Column("note", sa.Text, nullable=False, comment="what it is for; never leaves the house"),
    sa.Column(
        "contact",
        sa.Text,
        nullable=False,
        comment="office to ask when it has ended; shown to the public, so no person",
    ),
    moment("made_at"),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_by", sa.Text),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    sa.CheckConstraint("area_code ~ '^[0-9]{12}$'", name="area_code"),
    sa.CheckConstraint("expires_at > made_at", name="expires_at"),
    sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    comment="Public capabilities for aggregates of one area; a row is ended, never deleted.",
)
