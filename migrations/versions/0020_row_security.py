"""Row-level security: what a transaction may touch in the name of whoever asks."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_DOWNGRADE = """
DO $do$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE 'DROP POLICY ' || quote_ident(one.policyname) || ' ON '
            || quote_ident(one.tablename);
        EXECUTE 'ALTER TABLE ' || quote_ident(one.tablename) || ' DISABLE ROW LEVEL SECURITY';
    END LOOP;
END
$do$;
DROP FUNCTION asked_manages_account, asked_manages, presented_password, presented_account;
DROP FUNCTION asked_worker, asked_codes, asked_presented, asked_account, asked_right,
    asked_everywhere;
"""


def upgrade() -> None:
    """Make the functions that tell who asks, and the policies that go by them."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Drop policies and functions."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
