"""When imported things were retired and came back."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE retirement (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    layer TEXT NOT NULL,
    code TEXT NOT NULL,
    retired_on DATE NOT NULL,
    retired_by_run BIGINT,
    returned_on DATE,
    returned_by_run BIGINT,
    CONSTRAINT pk_retirement PRIMARY KEY (id),
    CONSTRAINT ck_retirement_returned_on CHECK (returned_on >= retired_on),
    CONSTRAINT fk_retirement_retired_by_run FOREIGN KEY (retired_by_run) REFERENCES import_run (id),
    CONSTRAINT fk_retirement_returned_by_run FOREIGN KEY (returned_by_run)
        REFERENCES import_run (id)
);
COMMENT ON TABLE retirement IS
    'When imported things went and came back; retired_on of a thing is its last open one.';
COMMENT ON COLUMN retirement.returned_on IS 'null: it has not come back';
CREATE INDEX ix_retirement_layer_code ON retirement (layer, code);
CREATE UNIQUE INDEX ix_retirement_open ON retirement (layer, code) WHERE returned_on IS NULL;
"""

# What is retired now was retired by a run that nobody wrote down.
_STANDING = """
INSERT INTO retirement (layer, code, retired_on)
SELECT 'courtyards', code, retired_on FROM courtyard WHERE retired_on IS NOT NULL
UNION ALL SELECT 'gates', code, retired_on FROM gate WHERE retired_on IS NOT NULL
UNION ALL SELECT 'buildings', code, retired_on FROM building WHERE retired_on IS NOT NULL
UNION ALL SELECT 'stairwells', code, retired_on FROM stairwell WHERE retired_on IS NOT NULL
UNION ALL SELECT 'streets', code, retired_on FROM street WHERE retired_on IS NOT NULL
UNION ALL SELECT 'barriers', code, retired_on FROM barrier WHERE retired_on IS NOT NULL
UNION ALL SELECT 'facilities', code, retired_on FROM facility WHERE retired_on IS NOT NULL;
"""


def upgrade() -> None:
    """Make the table and write down what is retired."""
    op.get_bind().exec_driver_sql(_TABLE + _STANDING)


def downgrade() -> None:
    """Drop the table; what is retired keeps its last day."""
    op.execute("DROP TABLE retirement")
