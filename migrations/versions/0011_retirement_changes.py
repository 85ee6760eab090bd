"""Absences that are written down later change tiles of past days: log them too."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Layer of `retirement`, table, and where its rows name their community.
_LAYERS = (
    ("courtyards", "courtyard", "s.community_code"),
    ("gates", "gate", "NULL"),
    ("buildings", "building", "s.community_code"),
    ("streets", "street", "NULL"),
    ("barriers", "barrier", "NULL"),
    ("facilities", "facility", "s.community_code"),
)
_ROWS = """
SELECT s.geom, {area} AS area, NULL::bigint AS plan
FROM touched AS t JOIN {table} AS s ON t.layer = '{layer}' AND s.code = t.code
"""
_WATCH = "SELECT record_changes_of('retirement', ARRAY[$query${query}$query$, ''])"
_FORGET = """
DROP TRIGGER change_insert ON retirement;
DROP TRIGGER change_update ON retirement;
DROP TRIGGER change_delete ON retirement;
DROP TRIGGER change_truncate ON retirement;
"""


def upgrade() -> None:
    """Watch the table; its rows lie where the thing that was away lies."""
    rows = (_ROWS.format(layer=layer, table=table, area=area) for layer, table, area in _LAYERS)
    op.execute(_WATCH.format(query="UNION ALL".join(rows)))


def downgrade() -> None:
    """Watch it no longer."""
    op.execute(_FORGET)
