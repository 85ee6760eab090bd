"""Indexes from which the figures of a whole city are read."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UPGRADE = """
CREATE INDEX ix_building_stock ON building (community_code, households_kind) INCLUDE (
    code, households, households_estimated, residents, elders, vulnerable, retired_on
);
DROP INDEX ix_building_community_code;
CREATE INDEX ix_plan_grid_published ON plan_grid (plan_id, grid_no)
    INCLUDE (households, load, posts_needed, flags) WHERE code IS NOT NULL;
CREATE INDEX ix_service_gap_walk
    ON service_gap (profile, speed_m_s, cutoff_s, kind, community_code)
    INCLUDE (households, households_estimated);
DROP INDEX ix_service_gap_profile_kind;
"""

_DOWNGRADE = """
CREATE INDEX ix_service_gap_profile_kind ON service_gap (profile, kind);
DROP INDEX ix_service_gap_walk;
DROP INDEX ix_plan_grid_published;
CREATE INDEX ix_building_community_code ON building (community_code);
DROP INDEX ix_building_stock;
"""


def upgrade() -> None:
    """Make the indexes; two of them take the place of narrower ones."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Put the narrower ones back."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
