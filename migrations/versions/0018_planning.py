"""What a planner's page keeps: strokes told twice, changes of grids, snapshots, who is there."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_UPGRADE = """
ALTER TABLE edit ADD COLUMN client UUID;
ALTER TABLE edit ADD COLUMN detail JSONB;
COMMENT ON COLUMN edit.client IS 'name the page gave the stroke: told twice it is made once';
COMMENT ON COLUMN edit.detail IS
    'what it did besides moves: changes of grids, rejected moves, reasons, what a rebase found';
CREATE UNIQUE INDEX ix_edit_client ON edit (plan_id, client) WHERE client IS NOT NULL;

ALTER TABLE plan_grid ADD COLUMN removed BOOLEAN DEFAULT false NOT NULL;
COMMENT ON COLUMN plan_grid.removed IS 'taken off the list while empty; its number stays used';

ALTER TABLE plan ADD COLUMN reasons JSONB;
COMMENT ON COLUMN plan.reasons IS 'signed when submitted: why rules are broken, by kind of problem';

CREATE TABLE snapshot (
    plan_id BIGINT NOT NULL,
    snapshot_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seq INTEGER NOT NULL,
    ground_id BIGINT NOT NULL,
    labels INTEGER[] NOT NULL,
    grids JSONB NOT NULL,
    CONSTRAINT pk_snapshot PRIMARY KEY (plan_id, snapshot_no),
    CONSTRAINT fk_snapshot_plan_id FOREIGN KEY (plan_id) REFERENCES plan (id),
    CONSTRAINT fk_snapshot_ground_id FOREIGN KEY (ground_id) REFERENCES ground (id)
);
COMMENT ON TABLE snapshot IS 'A named state of a draft, to come back to.';
COMMENT ON COLUMN snapshot.seq IS 'edit after which it was taken';
COMMENT ON COLUMN snapshot.labels IS 'grid of each unit in the order of the ground; -1: none';
COMMENT ON COLUMN snapshot.grids IS '[{no, name, kind, locked, removed}, ...]';

CREATE TABLE plan_presence (
    plan_id BIGINT NOT NULL,
    client UUID NOT NULL,
    name TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_presence PRIMARY KEY (plan_id, client),
    CONSTRAINT fk_plan_presence_plan_id FOREIGN KEY (plan_id) REFERENCES plan (id)
);
COMMENT ON TABLE plan_presence IS 'Who has a draft open; rows of a minute ago mean nothing.';
"""

_DOWNGRADE = """
DROP TABLE plan_presence;
DROP TABLE snapshot;
ALTER TABLE plan DROP COLUMN reasons;
ALTER TABLE plan_grid DROP COLUMN removed;
DROP INDEX ix_edit_client;
ALTER TABLE edit DROP COLUMN detail;
ALTER TABLE edit DROP COLUMN client;
"""


def upgrade() -> None:
    """Add the columns and make the tables."""
    op.get_bind().exec_driver_sql(_UPGRADE)


def downgrade() -> None:
    """Take them away again."""
    op.get_bind().exec_driver_sql(_DOWNGRADE)
