-- The tables of the foundation, frozen: later changes are migrations of their own.
-- Geometry is EPSG:4326.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE grid (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    community_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    CONSTRAINT pk_grid PRIMARY KEY (id),
    CONSTRAINT ck_grid_code CHECK (code ~ '^([0-9]{15}|[0-9]{17})$'),
    CONSTRAINT ck_grid_kind CHECK (kind in ('base', 'special', 'micro')),
    CONSTRAINT uq_grid_code UNIQUE (code)
);
CREATE INDEX ix_grid_community_code ON grid (community_code);
COMMENT ON TABLE grid IS 'A grid''s identity through all its redraws.';
COMMENT ON COLUMN grid.code IS '15 digits, micro grids 17; never used twice';

CREATE TABLE ground (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    community_code TEXT NOT NULL,
    version INTEGER NOT NULL,
    srid INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ground PRIMARY KEY (id),
    CONSTRAINT uq_ground_community_code_version UNIQUE (community_code, version)
);
COMMENT ON TABLE ground IS 'One noding of a community: its units and borders. Never changed once made.';
COMMENT ON COLUMN ground.srid IS 'metric CRS in which it was noded';
COMMENT ON COLUMN ground.fingerprint IS 'SHA-256 of the layers it was made of';

CREATE TABLE import_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    layer TEXT NOT NULL,
    source TEXT NOT NULL,
    options JSONB DEFAULT '{}' NOT NULL,
    counts JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_import_run PRIMARY KEY (id)
);
COMMENT ON TABLE import_run IS 'One layer of one call of wangge import; it is there when its rows are, or not at all.';
COMMENT ON COLUMN import_run.source IS 'file name without its folder';

CREATE TABLE area (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT,
    valid DATERANGE DEFAULT daterange(current_date, null) NOT NULL,
    run_id BIGINT,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_area PRIMARY KEY (id),
    CONSTRAINT ck_area_code CHECK (code ~ '^[0-9]{12}$'),
    CONSTRAINT ck_area_level CHECK (level in ('county', 'subdistrict', 'community')),
    CONSTRAINT ex_area_code_valid EXCLUDE USING gist (code WITH =, valid WITH &&),
    CONSTRAINT fk_area_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE UNIQUE INDEX ix_area_current ON area (code) WHERE upper_inf(valid);
CREATE INDEX ix_area_geom ON area USING gist (geom);
CREATE INDEX ix_area_parent_code ON area (parent_code);
COMMENT ON TABLE area IS 'Administrative areas, versioned: one row per code and period.';

CREATE TABLE barrier (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    kind TEXT NOT NULL,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(MULTILINESTRING,4326) NOT NULL,
    CONSTRAINT pk_barrier PRIMARY KEY (id),
    CONSTRAINT ck_barrier_kind CHECK (kind in ('river', 'railway', 'arterial', 'wall', 'other')),
    CONSTRAINT uq_barrier_code UNIQUE (code),
    CONSTRAINT fk_barrier_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_barrier_geom ON barrier USING gist (geom);
COMMENT ON TABLE barrier IS 'Lines that no grid may cross, or should avoid.';

CREATE TABLE courtyard (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    kind TEXT NOT NULL,
    walled BOOLEAN DEFAULT false NOT NULL,
    managed BOOLEAN,
    community_code TEXT,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_courtyard PRIMARY KEY (id),
    CONSTRAINT ck_courtyard_kind CHECK (kind in ('old', 'new', 'resettlement', 'commercial', 'other')),
    CONSTRAINT uq_courtyard_code UNIQUE (code),
    CONSTRAINT fk_courtyard_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_courtyard_community_code ON courtyard (community_code);
CREATE INDEX ix_courtyard_geom ON courtyard USING gist (geom);
COMMENT ON TABLE courtyard IS 'Residential compounds.';

CREATE TABLE facility (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    kind TEXT NOT NULL,
    functions TEXT,
    floor_area_m2 FLOAT,
    opening_hours TEXT,
    idle BOOLEAN DEFAULT false NOT NULL,
    community_code TEXT,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(POINT,4326) NOT NULL,
    CONSTRAINT pk_facility PRIMARY KEY (id),
    CONSTRAINT ck_facility_kind CHECK (kind in ('service_centre', 'medical', 'rest_station', 'canteen', 'repair', 'cafe', 'culture', 'school', 'kindergarten', 'elder_care', 'market', 'pharmacy', 'park', 'toilet', 'other')),
    CONSTRAINT ck_facility_floor_area_m2 CHECK (floor_area_m2 >= 0),
    CONSTRAINT uq_facility_code UNIQUE (code),
    CONSTRAINT fk_facility_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_facility_community_code ON facility (community_code);
CREATE INDEX ix_facility_geom ON facility USING gist (geom);
COMMENT ON TABLE facility IS 'Places that serve residents.';

CREATE TABLE import_row (
    run_id BIGINT NOT NULL,
    row_no INTEGER NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    code TEXT,
    values JSONB NOT NULL,
    faults JSONB NOT NULL,
    geom geometry(GEOMETRY,4326),
    CONSTRAINT pk_import_row PRIMARY KEY (run_id, row_no),
    CONSTRAINT ck_import_row_row_no CHECK (row_no > 0),
    CONSTRAINT ck_import_row_state CHECK (state in ('waiting', 'stored', 'dropped')),
    CONSTRAINT fk_import_row_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_import_row_waiting ON import_row (run_id) WHERE state = 'waiting';
COMMENT ON TABLE import_row IS 'A row that waits with its faults until it is mended or dropped.';
COMMENT ON COLUMN import_row.row_no IS '1 is the first data row';
COMMENT ON COLUMN import_row.code IS 'key of the row, where it has one';

CREATE TABLE plan (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    community_code TEXT NOT NULL,
    ground_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    tier TEXT DEFAULT 'base' NOT NULL,
    rules JSONB NOT NULL,
    certificate JSONB,
    based_on BIGINT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan PRIMARY KEY (id),
    CONSTRAINT ck_plan_state CHECK (state in ('draft', 'submitted', 'returned', 'approved', 'published', 'archived')),
    CONSTRAINT ck_plan_tier CHECK (tier in ('base', 'micro')),
    CONSTRAINT uq_plan_id_ground_id UNIQUE (id, ground_id),
    CONSTRAINT fk_plan_ground_id FOREIGN KEY(ground_id) REFERENCES ground (id),
    CONSTRAINT fk_plan_based_on FOREIGN KEY(based_on) REFERENCES plan (id)
);
CREATE INDEX ix_plan_community_code ON plan (community_code);
COMMENT ON TABLE plan IS 'A division of one community.';
COMMENT ON COLUMN plan.revision IS 'seq of the last edit';
COMMENT ON COLUMN plan.tier IS 'base: base and special grids; micro: micro grids inside standing base grids';

CREATE TABLE street (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    street_class TEXT NOT NULL,
    bridge BOOLEAN DEFAULT false NOT NULL,
    tunnel BOOLEAN DEFAULT false NOT NULL,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(MULTILINESTRING,4326) NOT NULL,
    CONSTRAINT pk_street PRIMARY KEY (id),
    CONSTRAINT ck_street_street_class CHECK (street_class in ('arterial', 'street', 'lane', 'footpath', 'steps')),
    CONSTRAINT uq_street_code UNIQUE (code),
    CONSTRAINT fk_street_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_street_geom ON street USING gist (geom);
COMMENT ON TABLE street IS 'Centre lines on which people walk or drive.';

CREATE TABLE worker (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    CONSTRAINT pk_worker PRIMARY KEY (id),
    CONSTRAINT uq_worker_code UNIQUE (code),
    CONSTRAINT fk_worker_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
COMMENT ON TABLE worker IS 'Staff, not residents.';

CREATE TABLE building (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    number TEXT,
    address TEXT,
    community_code TEXT,
    courtyard_code TEXT,
    households INTEGER NOT NULL,
    households_kind TEXT NOT NULL,
    households_estimated BOOLEAN DEFAULT false NOT NULL,
    floors INTEGER,
    stairwells INTEGER,
    residents INTEGER,
    elders INTEGER,
    vulnerable INTEGER,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_building PRIMARY KEY (id),
    CONSTRAINT ck_building_households_kind CHECK (households_kind in ('registered', 'resident', 'dwellings')),
    CONSTRAINT ck_building_households CHECK (households >= 0),
    CONSTRAINT ck_building_floors CHECK (floors >= 0),
    CONSTRAINT ck_building_stairwells CHECK (stairwells >= 0),
    CONSTRAINT ck_building_residents CHECK (residents >= 0),
    CONSTRAINT ck_building_elders CHECK (elders >= 0),
    CONSTRAINT ck_building_vulnerable CHECK (vulnerable >= 0),
    CONSTRAINT uq_building_code UNIQUE (code),
    CONSTRAINT fk_building_courtyard_code FOREIGN KEY(courtyard_code) REFERENCES courtyard (code),
    CONSTRAINT fk_building_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_building_community_code ON building (community_code);
CREATE INDEX ix_building_courtyard_code ON building (courtyard_code);
CREATE INDEX ix_building_geom ON building USING gist (geom);
COMMENT ON TABLE building IS 'Counts only; never a resident''s name.';

CREATE TABLE edit (
    plan_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    made_by TEXT NOT NULL,
    action TEXT NOT NULL,
    why TEXT,
    moves JSONB NOT NULL,
    undoes INTEGER,
    CONSTRAINT pk_edit PRIMARY KEY (plan_id, seq),
    CONSTRAINT fk_edit_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id)
);
COMMENT ON TABLE edit IS 'One stroke: undo history, audit trail and diff in one.';
COMMENT ON COLUMN edit.action IS 'divide, adopt, stroke, undo, redo ...';
COMMENT ON COLUMN edit.moves IS '[[unit_no, from, to], ...]';
COMMENT ON COLUMN edit.undoes IS 'seq of the edit this one takes back';

CREATE TABLE gate (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    courtyard_code TEXT,
    name TEXT,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    geom geometry(POINT,4326) NOT NULL,
    CONSTRAINT pk_gate PRIMARY KEY (id),
    CONSTRAINT uq_gate_code UNIQUE (code),
    CONSTRAINT fk_gate_courtyard_code FOREIGN KEY(courtyard_code) REFERENCES courtyard (code),
    CONSTRAINT fk_gate_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_gate_courtyard_code ON gate (courtyard_code);
CREATE INDEX ix_gate_geom ON gate USING gist (geom);
COMMENT ON TABLE gate IS 'Ways through the wall of a courtyard.';

CREATE TABLE lineage (
    plan_id BIGINT NOT NULL,
    grid_id BIGINT NOT NULL,
    from_grid_id BIGINT NOT NULL,
    households INTEGER NOT NULL,
    buildings INTEGER NOT NULL,
    CONSTRAINT pk_lineage PRIMARY KEY (plan_id, grid_id, from_grid_id),
    CONSTRAINT fk_lineage_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id),
    CONSTRAINT fk_lineage_grid_id FOREIGN KEY(grid_id) REFERENCES grid (id),
    CONSTRAINT fk_lineage_from_grid_id FOREIGN KEY(from_grid_id) REFERENCES grid (id)
);
COMMENT ON TABLE lineage IS 'From which grids a published grid took its buildings.';

CREATE TABLE plan_grid (
    plan_id BIGINT NOT NULL,
    grid_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT DEFAULT 'base' NOT NULL,
    locked BOOLEAN DEFAULT false NOT NULL,
    households INTEGER DEFAULT '0' NOT NULL,
    load FLOAT DEFAULT '0' NOT NULL,
    flags TEXT[] DEFAULT '{}' NOT NULL,
    code TEXT,
    geom geometry(MULTIPOLYGON,4326),
    CONSTRAINT pk_plan_grid PRIMARY KEY (plan_id, grid_no),
    CONSTRAINT ck_plan_grid_kind CHECK (kind in ('base', 'special', 'micro')),
    CONSTRAINT fk_plan_grid_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id)
);
CREATE INDEX ix_plan_grid_geom ON plan_grid USING gist (geom);
COMMENT ON TABLE plan_grid IS 'The grids of one plan; geometry is derived from the borders at every edit.';
COMMENT ON COLUMN plan_grid.load IS 'households / cap; 1 is exactly full';
COMMENT ON COLUMN plan_grid.code IS 'given when the plan is published';

CREATE TABLE post (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    grid_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    worker_id BIGINT,
    valid DATERANGE NOT NULL,
    run_id BIGINT,
    CONSTRAINT pk_post PRIMARY KEY (id),
    CONSTRAINT ex_post_code_valid EXCLUDE USING gist (code WITH =, valid WITH &&),
    CONSTRAINT fk_post_grid_id FOREIGN KEY(grid_id) REFERENCES grid (id),
    CONSTRAINT fk_post_worker_id FOREIGN KEY(worker_id) REFERENCES worker (id),
    CONSTRAINT fk_post_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE UNIQUE INDEX ix_post_current ON post (code) WHERE upper_inf(valid);
CREATE INDEX ix_post_grid_id ON post (grid_id);
CREATE INDEX ix_post_worker_id ON post (worker_id);
COMMENT ON TABLE post IS 'A role in a grid from a date to a date, versioned: one row per code and holder.';
COMMENT ON COLUMN post.worker_id IS 'null: vacant';

CREATE TABLE publication (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    community_code TEXT NOT NULL,
    tier TEXT NOT NULL,
    plan_id BIGINT NOT NULL,
    valid DATERANGE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_by TEXT NOT NULL,
    reason TEXT,
    problems JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_publication PRIMARY KEY (id),
    CONSTRAINT ex_publication_community_tier_valid EXCLUDE USING gist (community_code WITH =, tier WITH =, valid WITH &&),
    CONSTRAINT ck_publication_tier CHECK (tier in ('base', 'micro')),
    CONSTRAINT uq_publication_plan_id UNIQUE (plan_id),
    CONSTRAINT fk_publication_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id)
);
COMMENT ON TABLE publication IS 'Which plan holds in a community on which days, per tier.';
COMMENT ON COLUMN publication.reason IS 'signed reason for the rules the plan breaks';

CREATE TABLE grid_period (
    grid_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    grid_no INTEGER NOT NULL,
    valid DATERANGE NOT NULL,
    CONSTRAINT pk_grid_period PRIMARY KEY (grid_id, plan_id),
    CONSTRAINT fk_grid_period_plan_id_grid_no FOREIGN KEY(plan_id, grid_no) REFERENCES plan_grid (plan_id, grid_no),
    CONSTRAINT ex_grid_period_grid_valid EXCLUDE USING gist (grid_id WITH =, valid WITH &&),
    CONSTRAINT uq_grid_period_plan_id_grid_no UNIQUE (plan_id, grid_no),
    CONSTRAINT fk_grid_period_grid_id FOREIGN KEY(grid_id) REFERENCES grid (id)
);
COMMENT ON TABLE grid_period IS 'The shape a grid has on which days: the grid of which published plan.';

CREATE TABLE handover (
    publication_id BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    building_code TEXT NOT NULL,
    households INTEGER NOT NULL,
    from_grid_id BIGINT,
    to_grid_id BIGINT,
    CONSTRAINT pk_handover PRIMARY KEY (publication_id, unit_id),
    CONSTRAINT fk_handover_publication_id FOREIGN KEY(publication_id) REFERENCES publication (id),
    CONSTRAINT fk_handover_building_code FOREIGN KEY(building_code) REFERENCES building (code),
    CONSTRAINT fk_handover_from_grid_id FOREIGN KEY(from_grid_id) REFERENCES grid (id),
    CONSTRAINT fk_handover_to_grid_id FOREIGN KEY(to_grid_id) REFERENCES grid (id)
);
CREATE INDEX ix_handover_building_code ON handover (building_code);
COMMENT ON TABLE handover IS 'Which building passes from which grid to which on the publication''s first day.';
COMMENT ON COLUMN handover.unit_id IS 'building or stairwell';

CREATE TABLE stairwell (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    building_code TEXT NOT NULL,
    number TEXT,
    households INTEGER NOT NULL,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    CONSTRAINT pk_stairwell PRIMARY KEY (id),
    CONSTRAINT ck_stairwell_households CHECK (households >= 0),
    CONSTRAINT uq_stairwell_code UNIQUE (code),
    CONSTRAINT fk_stairwell_building_code FOREIGN KEY(building_code) REFERENCES building (code),
    CONSTRAINT fk_stairwell_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_stairwell_building_code ON stairwell (building_code);
COMMENT ON TABLE stairwell IS 'Entrances of buildings, the smallest things a grid can hold.';

CREATE TABLE unit (
    ground_id BIGINT NOT NULL,
    unit_no INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    building_code TEXT,
    courtyard_code TEXT,
    courtyard_kind TEXT,
    households INTEGER NOT NULL,
    households_estimated BOOLEAN DEFAULT false NOT NULL,
    geom geometry(POLYGON,4326) NOT NULL,
    CONSTRAINT pk_unit PRIMARY KEY (ground_id, unit_no),
    CONSTRAINT uq_unit_ground_id_unit_id UNIQUE (ground_id, unit_id),
    CONSTRAINT ck_unit_kind CHECK (kind in ('building', 'stairwell', 'ground')),
    CONSTRAINT ck_unit_households CHECK (households >= 0),
    CONSTRAINT fk_unit_ground_id FOREIGN KEY(ground_id) REFERENCES ground (id),
    CONSTRAINT fk_unit_building_code FOREIGN KEY(building_code) REFERENCES building (code),
    CONSTRAINT fk_unit_courtyard_code FOREIGN KEY(courtyard_code) REFERENCES courtyard (code)
);
CREATE INDEX ix_unit_building_code ON unit (building_code);
CREATE INDEX ix_unit_geom ON unit USING gist (geom);
COMMENT ON TABLE unit IS 'Indivisible pieces of one ground; geom is the cell.';
COMMENT ON COLUMN unit.unit_no IS '0-based, as in the border table';
COMMENT ON COLUMN unit.unit_id IS 'stable name: building, stairwell or ground id';
COMMENT ON COLUMN unit.courtyard_kind IS 'as it was when the ground was made; null: no courtyard';
COMMENT ON COLUMN unit.households IS 'as it was when the ground was made';

CREATE TABLE assignment (
    plan_id BIGINT NOT NULL,
    unit_no INTEGER NOT NULL,
    ground_id BIGINT NOT NULL,
    grid_no INTEGER,
    CONSTRAINT pk_assignment PRIMARY KEY (plan_id, unit_no),
    CONSTRAINT fk_assignment_plan_id_ground_id FOREIGN KEY(plan_id, ground_id) REFERENCES plan (id, ground_id),
    CONSTRAINT fk_assignment_ground_id_unit_no FOREIGN KEY(ground_id, unit_no) REFERENCES unit (ground_id, unit_no),
    CONSTRAINT fk_assignment_plan_id_grid_no FOREIGN KEY(plan_id, grid_no) REFERENCES plan_grid (plan_id, grid_no)
);
CREATE INDEX ix_assignment_plan_id_grid_no ON assignment (plan_id, grid_no);
COMMENT ON TABLE assignment IS 'The truth of a plan: each unit is in one grid or in none.';
COMMENT ON COLUMN assignment.grid_no IS 'null: unassigned';

CREATE TABLE border (
    ground_id BIGINT NOT NULL,
    border_no INTEGER NOT NULL,
    left_unit INTEGER NOT NULL,
    right_unit INTEGER,
    length_m FLOAT NOT NULL,
    runs_along TEXT NOT NULL,
    passage BOOLEAN DEFAULT false NOT NULL,
    geom geometry(LINESTRING,4326) NOT NULL,
    CONSTRAINT pk_border PRIMARY KEY (ground_id, border_no),
    CONSTRAINT fk_border_ground_id_left_unit FOREIGN KEY(ground_id, left_unit) REFERENCES unit (ground_id, unit_no),
    CONSTRAINT fk_border_ground_id_right_unit FOREIGN KEY(ground_id, right_unit) REFERENCES unit (ground_id, unit_no),
    CONSTRAINT ck_border_sides CHECK (left_unit <> right_unit),
    CONSTRAINT ck_border_length_m CHECK (length_m >= 0),
    CONSTRAINT ck_border_runs_along CHECK (runs_along in ('nothing', 'wall', 'lane', 'arterial', 'river', 'railway', 'other')),
    CONSTRAINT fk_border_ground_id FOREIGN KEY(ground_id) REFERENCES ground (id)
);
CREATE INDEX ix_border_geom ON border USING gist (geom);
CREATE INDEX ix_border_ground_id_left_unit ON border (ground_id, left_unit);
CREATE INDEX ix_border_ground_id_right_unit ON border (ground_id, right_unit);
COMMENT ON TABLE border IS 'The noded borders, the truth of the ground.';
COMMENT ON COLUMN border.right_unit IS 'null: outside the community';
COMMENT ON COLUMN border.passage IS 'a gate or bridge joins the two sides';
