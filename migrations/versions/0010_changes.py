"""The log of what changed on maps, and the triggers that write it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DOWNGRADE = """
DROP FUNCTION record_change CASCADE;
DROP FUNCTION record_changes_of, mercator_column, mercator_row;
DROP TABLE change, change_floor;
"""


def upgrade() -> None:
    """Make the log and put triggers on every table that a map layer draws."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop the triggers and the log."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
