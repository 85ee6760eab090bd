"""Accounts, their scopes, sessions and tokens, and attempts that failed."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = ("login_attempt", "api_token", "session", "account_scope", "account")


def upgrade() -> None:
    """Make the tables; there is no account until `wangge account add`."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop them; everybody is a stranger then."""
    for table in _TABLES:
        op.drop_table(table)
