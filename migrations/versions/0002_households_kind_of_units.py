"""What the households of a unit are: registered, resident or dwellings."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UPGRADE = """
ALTER TABLE unit ADD COLUMN households_kind TEXT
    CONSTRAINT ck_unit_households_kind
    CHECK (households_kind in ('registered', 'resident', 'dwellings'));
COMMENT ON COLUMN unit.households_kind IS 'as it was when the ground was made';
UPDATE unit SET households_kind = building.households_kind
FROM building WHERE building.code = unit.building_code;
"""


def upgrade() -> None:
    """Let each unit say what its count is; standing ones take it from their building."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Take the column back."""
    op.execute("ALTER TABLE unit DROP COLUMN households_kind")
