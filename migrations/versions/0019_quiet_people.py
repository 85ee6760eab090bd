"""Counts of people draw nothing: no change is told of them, and no index carries them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_FORGET = """
DROP TRIGGER change_insert ON {table};
DROP TRIGGER change_update ON {table};
DROP TRIGGER change_delete ON {table};
DROP TRIGGER change_truncate ON {table};
"""
_BEFORE = """
DROP INDEX ix_building_stock;
CREATE INDEX ix_building_stock ON building (community_code, households_kind) INCLUDE (
    code, households, households_estimated, residents, elders, vulnerable, retired_on
);
SELECT record_changes_of('courtyard', ARRAY[
    'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '']);
SELECT record_changes_of('building', ARRAY[
    'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '',
    'SELECT c.geom, c.community_code AS area, NULL::bigint AS plan
    FROM (SELECT DISTINCT courtyard_code FROM touched) AS t
    JOIN courtyard AS c ON c.code = t.courtyard_code', 'courtyard']);
"""


def upgrade() -> None:
    """Watch buildings for what is drawn of them, and gates for the community of their courtyard."""
    _forget()
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Watch them as before."""
    _forget()
    op.execute(_BEFORE)


def _forget() -> None:
    for table in ("building", "courtyard"):
        op.execute(_FORGET.format(table=table))
