"""Indexes from which low zooms are drawn."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UPGRADE = """
CREATE INDEX ix_building_of_courtyard ON building (courtyard_code)
    INCLUDE (code, community_code, households, households_estimated, retired_on);
DROP INDEX ix_building_courtyard_code;
CREATE INDEX ix_building_loose_geom ON building USING gist (geom) WHERE courtyard_code IS NULL;
"""

_DOWNGRADE = """
DROP INDEX ix_building_loose_geom;
CREATE INDEX ix_building_courtyard_code ON building (courtyard_code);
DROP INDEX ix_building_of_courtyard;
"""


def upgrade() -> None:
    """Make the indexes; one of them takes the place of a narrower one."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Put the narrower one back."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
