"""Done marks of workers, receipts of handovers, and how names are typed."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE visit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    client UUID NOT NULL,
    building_code TEXT NOT NULL,
    stairwell_code TEXT,
    grid_id BIGINT NOT NULL,
    now_grid_id BIGINT,
    worker_id BIGINT,
    made_by TEXT NOT NULL,
    day DATE NOT NULL,
    outcome TEXT NOT NULL,
    households INTEGER NOT NULL,
    counts BOOLEAN DEFAULT true NOT NULL,
    marked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_visit PRIMARY KEY (id),
    CONSTRAINT uq_visit_client UNIQUE (client),
    CONSTRAINT fk_visit_building_code FOREIGN KEY(building_code) REFERENCES building (code),
    CONSTRAINT fk_visit_stairwell_code FOREIGN KEY(stairwell_code) REFERENCES stairwell (code),
    CONSTRAINT fk_visit_grid_id FOREIGN KEY(grid_id) REFERENCES grid (id),
    CONSTRAINT fk_visit_now_grid_id FOREIGN KEY(now_grid_id) REFERENCES grid (id),
    CONSTRAINT fk_visit_worker_id FOREIGN KEY(worker_id) REFERENCES worker (id),
    CONSTRAINT ck_visit_outcome CHECK (outcome in ('seen', 'absent', 'locked')),
    CONSTRAINT ck_visit_households CHECK (households >= 0),
    CONSTRAINT ck_visit_seen CHECK ((outcome = 'seen') = (households > 0))
);
CREATE INDEX ix_visit_building_code_day ON visit (building_code, day);
CREATE INDEX ix_visit_grid_id_day ON visit (grid_id, day) WHERE counts;
CREATE INDEX ix_visit_worker_id_day ON visit (worker_id, day);
CREATE INDEX ix_visit_now_grid_id ON visit (now_grid_id, day) WHERE now_grid_id IS NOT NULL;
COMMENT ON TABLE visit IS
    'A worker was at a building or stairwell: counts of households, never a place or a person.';
COMMENT ON COLUMN visit.client IS 'made on the phone; what comes twice is stored once';
COMMENT ON COLUMN visit.stairwell_code IS 'null: the whole building';
COMMENT ON COLUMN visit.grid_id IS 'of the worker, in which the building was';
COMMENT ON COLUMN visit.now_grid_id IS
    'of another, in which it was when the mark arrived; else null';
COMMENT ON COLUMN visit.worker_id IS 'null: an account that is no worker';
COMMENT ON COLUMN visit.day IS 'of marked_at, in China';
COMMENT ON COLUMN visit.households IS 'how many were met; 0 unless seen';
COMMENT ON COLUMN visit.counts IS
    'false: corrected by a later mark of the same day, place and maker';
COMMENT ON COLUMN visit.marked_at IS 'by the clock of the phone';

CREATE TABLE handover_receipt (
    publication_id BIGINT NOT NULL,
    worker_id BIGINT NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT NOT NULL,
    CONSTRAINT pk_handover_receipt PRIMARY KEY (publication_id, worker_id),
    CONSTRAINT fk_handover_receipt_publication_id FOREIGN KEY(publication_id)
        REFERENCES publication (id) ON DELETE CASCADE,
    CONSTRAINT fk_handover_receipt_worker_id FOREIGN KEY(worker_id) REFERENCES worker (id)
);
COMMENT ON TABLE handover_receipt IS
    'A worker has read what a publication gives to them and takes from them.';

CREATE TABLE search_key (
    text TEXT NOT NULL,
    rule SMALLINT NOT NULL,
    pinyin TEXT NOT NULL,
    initials TEXT NOT NULL,
    CONSTRAINT pk_search_key PRIMARY KEY (text)
);
COMMENT ON TABLE search_key IS 'How names are typed; made when a name is first shown.';
COMMENT ON COLUMN search_key.rule IS 'version of the readings it was made with';
"""


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(_TABLES)


def downgrade() -> None:
    """Drop them, with every mark and receipt."""
    op.drop_table("search_key")
    op.drop_table("handover_receipt")
    op.drop_table("visit")
