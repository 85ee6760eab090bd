"""What walking needs to know of a street: cycleways, private ways, levels."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UPGRADE = """
ALTER TABLE street ADD COLUMN access TEXT DEFAULT 'public' NOT NULL
    CONSTRAINT ck_street_access CHECK (access in ('public', 'private'));
ALTER TABLE street ADD COLUMN level DOUBLE PRECISION DEFAULT 0 NOT NULL;
ALTER TABLE street DROP CONSTRAINT ck_street_street_class;
ALTER TABLE street ADD CONSTRAINT ck_street_street_class CHECK (
    street_class in ('arterial', 'street', 'lane', 'cycleway', 'footpath', 'steps')
);
"""

_DOWNGRADE = """
UPDATE street SET street_class = 'footpath' WHERE street_class = 'cycleway';
ALTER TABLE street DROP CONSTRAINT ck_street_street_class;
ALTER TABLE street ADD CONSTRAINT ck_street_street_class CHECK (
    street_class in ('arterial', 'street', 'lane', 'footpath', 'steps')
);
ALTER TABLE street DROP COLUMN level;
ALTER TABLE street DROP COLUMN access;
"""


def upgrade() -> None:
    """Add the columns; standing streets are public and at ground level."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Take the columns back; cycleways become the footpaths they were before."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
