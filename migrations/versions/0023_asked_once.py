"""Policies ask once for a statement; the areas in scope are handed over; plans by their ground."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CHANGED = ("audit_event_read", "plan_drafts", "post_of_scope", "visit_of_scope")
_FUNCTIONS = ("asked_codes", "asked_worker")


def upgrade() -> None:
    """Put the new functions and policies in the place of the old ones."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Bring back those of 0020."""
    before = Path(__file__).with_name("0020_row_security.sql").read_text(encoding="utf-8")
    statements = [
        "DROP INDEX ix_plan_ground_id",
        "ALTER TABLE area ALTER valid SET DEFAULT daterange(current_date, NULL)",
    ]
    for name in _FUNCTIONS:
        made = re.search(rf"CREATE (FUNCTION {name}\(\).*?\$\$;)", before, re.DOTALL)
        assert made is not None  # noqa: S101
        statements.append(f"CREATE OR REPLACE {made[1]}")
    for name in _CHANGED:
        made = re.search(rf"CREATE POLICY {name} ON (\w+) .*?;\n", before, re.DOTALL)
        assert made is not None  # noqa: S101
        statements += [f"DROP POLICY {name} ON {made[1]}", made[0]]
    for statement in (*statements, "DROP FUNCTION asked_own_grids, asked_grids"):
        op.get_bind().exec_driver_sql(statement)
