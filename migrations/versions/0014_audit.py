"""The audit trail: rows that are only ever added, and the seals over them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_DOWNGRADE = """
DROP TABLE audit_event, audit_seal;
DROP FUNCTION audit_begin_insert, audit_refuse_change, audit_refuse_delete, audit_whole_batches;
"""


def upgrade() -> None:
    """Make the trail and the triggers that keep it append-only."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop the trail."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
