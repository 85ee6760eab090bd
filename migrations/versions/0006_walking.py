"""Walking circles: runs, reach, circles, gaps, sites and figures."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = "coverage_figure, site, service_gap, circle, reach, walking_run"


def upgrade() -> None:
    """Make the tables, as the SQL file beside this one says."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop the tables; `wangge circles update` makes their rows anew."""
    op.execute(f"DROP TABLE {_TABLES}")
