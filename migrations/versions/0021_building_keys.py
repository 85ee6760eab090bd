"""Buildings are found by an address however it is spelled."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_DOWN = """
DROP TRIGGER building_keys_insert ON building;
DROP TRIGGER building_keys_update ON building;
DROP TRIGGER building_keys_delete ON building;
DROP TRIGGER building_keys_insert ON courtyard;
DROP TRIGGER building_keys_update ON courtyard;
DROP FUNCTION building_keys_touched(), building_keys_changed(), building_keys_gone();
DROP FUNCTION building_keys_of(text[]);
DROP FUNCTION address_key(text);
DROP TABLE building_key;
"""


def upgrade() -> None:
    """Make the table, the functions that fill it and the triggers that call them."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().connection.cursor().execute(statements)


def downgrade() -> None:
    """Drop them all."""
    op.execute(_DOWN)
