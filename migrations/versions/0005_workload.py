"""Workload of grids, and further weights of units."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UPGRADE = """
ALTER TABLE unit ADD COLUMN weights JSONB;
COMMENT ON COLUMN unit.weights IS 'counts besides households that the ground was made with';
ALTER TABLE plan_grid ADD COLUMN posts_needed INTEGER
    CONSTRAINT ck_plan_grid_posts_needed CHECK (posts_needed >= 0);
COMMENT ON COLUMN plan_grid.posts_needed IS 'full grids in its load, rounded up; 0: special';
ALTER TABLE plan_grid ADD COLUMN round_m DOUBLE PRECISION
    CONSTRAINT ck_plan_grid_round_m CHECK (round_m >= 0);
COMMENT ON COLUMN plan_grid.round_m IS 'estimated length of one round of all buildings on foot';
"""


def upgrade() -> None:
    """Add the columns; standing rows say nothing until their plan is edited."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Take the columns back."""
    op.drop_column("plan_grid", "round_m")
    op.drop_column("plan_grid", "posts_needed")
    op.drop_column("unit", "weights")
