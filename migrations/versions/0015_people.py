"""Posts for more than grids, resident groups, and the teams that areas should have."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# What the schema before cannot hold goes: posts for other subjects, all grids of a post but one.
_BACK = """
DELETE FROM post WHERE grid_id IS NULL;
DELETE FROM post USING post AS first
WHERE first.code = post.code AND first.id < post.id AND first.valid && post.valid;
ALTER TABLE post DROP CONSTRAINT ex_post_code_subject_valid;
DROP INDEX ix_post_current;
ALTER TABLE post
    ALTER COLUMN grid_id SET NOT NULL,
    DROP COLUMN subject_kind,
    DROP COLUMN subject_code,
    DROP COLUMN area_code,
    DROP COLUMN tags,
    DROP COLUMN deputy_id,
    ADD CONSTRAINT ex_post_code_valid EXCLUDE USING gist (code WITH =, valid WITH &&);
CREATE UNIQUE INDEX ix_post_current ON post (code) WHERE upper_inf(valid);
COMMENT ON TABLE post IS
    'A role in a grid from a date to a date, versioned: one row per code and holder.';
COMMENT ON COLUMN post.grid_id IS NULL;
ALTER TABLE worker DROP COLUMN erased_on;
DROP TABLE building_group, resident_group, team;
"""


def upgrade() -> None:
    """Make the tables, as the SQL file beside this one says."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Go back to posts for one grid each."""
    op.execute(_BACK)
