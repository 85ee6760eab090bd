"""Courtyards know, as buildings do, how far a vertex may move before it spoils the shape."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, computed by the database."""
    clearance = sa.Computed("ST_MinimumClearance(geom)", persisted=True)
    op.add_column("courtyard", sa.Column("clearance", sa.Double, clearance))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("courtyard", "clearance")
