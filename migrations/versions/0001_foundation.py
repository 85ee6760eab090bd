"""The tables of the foundation."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "border, assignment, unit, stairwell, handover, grid_period, publication, post, plan_grid, "
    "lineage, gate, edit, building, worker, street, plan, import_row, facility, courtyard, "
    "barrier, area, import_run, ground, grid"
)


def upgrade() -> None:
    """Make the extensions and every table, as the SQL file beside this one says."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop every table; the extensions stay, for others may use them."""
    op.execute(f"DROP TABLE {_TABLES}")
