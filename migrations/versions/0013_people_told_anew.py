"""Forget what stored walks told of groups of people before there was a rule of what may be told."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """
    Delete the figures of residents, elders and vulnerable people.

    Two of them could differ by one building. The next computation of the walks stores those that
    may stand beside each other.
    """
    op.get_bind().exec_driver_sql(
        "DELETE FROM coverage_figure WHERE counted IN ('residents', 'elders', 'vulnerable')"
    )


def downgrade() -> None:
    """Leave them out: they cannot be told from buildings of another day."""
