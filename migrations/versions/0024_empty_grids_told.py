"""Grids without units are told of too: whoever has the plan open hears of a new or renamed one."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# An empty grid has no shape; a change without a place would be told to nobody. It is told at the
# middle of the plan's first unit, where a tile may be drawn anew to what it was.
_TOLD = """
SELECT coalesce(t.geom, near.geom) AS geom, p.community_code AS area, t.plan_id AS plan
FROM touched AS t
LEFT JOIN plan AS p ON p.id = t.plan_id
LEFT JOIN LATERAL (
    SELECT ST_Centroid(u.geom) AS geom
    FROM unit AS u
    WHERE t.geom IS NULL AND u.ground_id = p.ground_id
    ORDER BY u.unit_no
    LIMIT 1
) AS near ON true
"""
_UNTOLD = """
SELECT t.geom, p.community_code AS area, t.plan_id AS plan
FROM touched AS t LEFT JOIN plan AS p ON p.id = t.plan_id
"""
_FORGET = """
DROP TRIGGER change_insert ON plan_grid;
DROP TRIGGER change_update ON plan_grid;
DROP TRIGGER change_delete ON plan_grid;
DROP TRIGGER change_truncate ON plan_grid;
"""
_WATCH = "SELECT record_changes_of('plan_grid', ARRAY[$query${query}$query$, ''])"


def upgrade() -> None:
    """Tell of every grid of a plan."""
    op.execute(_FORGET)
    op.execute(_WATCH.format(query=_TOLD))


def downgrade() -> None:
    """Tell only of those with a shape."""
    op.execute(_FORGET)
    op.execute(_WATCH.format(query=_UNTOLD))
