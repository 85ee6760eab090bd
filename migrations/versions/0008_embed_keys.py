"""Keys by which other sites embed maps."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE embed_key (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    digest BYTEA NOT NULL,
    area_code TEXT NOT NULL,
    layers TEXT[] NOT NULL,
    origins TEXT[] NOT NULL,
    note TEXT NOT NULL,
    contact TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    made_by TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_by TEXT,
    CONSTRAINT pk_embed_key PRIMARY KEY (id),
    CONSTRAINT uq_embed_key_digest UNIQUE (digest),
    CONSTRAINT ck_embed_key_digest CHECK (octet_length(digest) = 32),
    CONSTRAINT ck_embed_key_area_code CHECK (area_code ~ '^[0-9]{12}$'),
    CONSTRAINT ck_embed_key_expires_at CHECK (expires_at > made_at),
    CONSTRAINT ck_embed_key_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
COMMENT ON TABLE embed_key IS
    'Public capabilities for aggregates of one area; a row is ended, never deleted.';
COMMENT ON COLUMN embed_key.digest IS 'SHA-256 of the key, which itself is stored nowhere';
COMMENT ON COLUMN embed_key.area_code IS 'it and the areas below it are shown';
COMMENT ON COLUMN embed_key.layers IS 'besides those of the ground';
COMMENT ON COLUMN embed_key.origins IS
    'scheme://host[:port] of the sites that may show it; none: no other site';
COMMENT ON COLUMN embed_key.note IS 'what it is for; never leaves the house';
COMMENT ON COLUMN embed_key.contact IS
    'office to ask when it has ended; shown to the public, so no person';
"""


def upgrade() -> None:
    """Make the table."""
    op.get_bind().exec_driver_sql(_TABLE)


def downgrade() -> None:
    """Drop it; every embedded map is refused then."""
    op.drop_table("embed_key")
