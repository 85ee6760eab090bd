"""What a publication must remember so that it can be withdrawn before it takes effect."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UPGRADE = """
ALTER TABLE plan_grid ADD COLUMN brought_code TEXT;
COMMENT ON COLUMN plan_grid.brought_code IS 'code it had before the plan was adopted';
UPDATE plan_grid SET brought_code = plan_grid.code
FROM edit
WHERE edit.plan_id = plan_grid.plan_id AND edit.action = 'adopt';
ALTER TABLE publication ADD COLUMN ended_posts JSONB DEFAULT '[]' NOT NULL;
COMMENT ON COLUMN publication.ended_posts
    IS '[[post id, period before, period after], ...] of retired grids';
"""


def upgrade() -> None:
    """Keep the codes that adopted plans brought, and the posts that publications end."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Take the columns back."""
    op.execute("ALTER TABLE publication DROP COLUMN ended_posts")
    op.execute("ALTER TABLE plan_grid DROP COLUMN brought_code")
