"""Log what is drawn elsewhere than its own place: circles of a facility, absences of buildings."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_FORGET = """
DROP TRIGGER change_insert ON {table};
DROP TRIGGER change_update ON {table};
DROP TRIGGER change_delete ON {table};
DROP TRIGGER change_truncate ON {table};
"""
# A building that walks to it tells its name.
_FACILITY = """
SELECT record_changes_of('facility', ARRAY[
    'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '',
    'SELECT b.geom, b.community_code AS area, NULL::bigint AS plan
    FROM (SELECT DISTINCT code FROM touched) AS t
    JOIN reach AS r ON r.facility_code = t.code
    JOIN building AS b ON b.code = r.building_code', 'reach'{circles}])
"""
# Who sees the circles of a facility is told by its community.
_CIRCLES = """,
    'SELECT c.geom, t.community_code AS area, NULL::bigint AS plan
    FROM (
        SELECT code, community_code FROM touched GROUP BY code, community_code HAVING count(*) = 1
    ) AS t
    JOIN circle AS c ON c.facility_code = t.code', 'circle'"""

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
# Where buildings are too small they are drawn as their courtyard.
_COURTYARDS = """
SELECT c.geom, c.community_code AS area, NULL::bigint AS plan
FROM (
    SELECT DISTINCT b.courtyard_code
    FROM touched AS t JOIN building AS b ON t.layer = 'buildings' AND b.code = t.code
) AS away
JOIN courtyard AS c ON c.code = away.courtyard_code
"""
_RETIREMENT = "SELECT record_changes_of('retirement', ARRAY[$query${rows}$query$, ''{more}])"


def upgrade() -> None:
    """Watch facilities for their circles, and absences of buildings for their courtyards."""
    _watch(_CIRCLES, f", $query${_COURTYARDS}$query$, 'courtyard'")


def downgrade() -> None:
    """Watch them as before."""
    _watch("", "")


def _watch(circles: str, more: str) -> None:
    for table in ("facility", "retirement"):
        op.execute(_FORGET.format(table=table))
    op.execute(_FACILITY.format(circles=circles))
    rows = (_ROWS.format(layer=layer, table=table, area=area) for layer, table, area in _LAYERS)
    op.execute(_RETIREMENT.format(rows="UNION ALL".join(rows), more=more))
