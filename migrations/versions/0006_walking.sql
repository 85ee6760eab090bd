-- Walking circles, frozen: later changes are migrations of their own. Geometry is EPSG:4326.

CREATE TABLE walking_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    profile TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    settings JSONB NOT NULL,
    network TEXT NOT NULL,
    report JSONB NOT NULL,
    CONSTRAINT pk_walking_run PRIMARY KEY (id)
);
CREATE INDEX ix_walking_run_profile_id ON walking_run (profile, id);
COMMENT ON TABLE walking_run IS 'One computation of reach and circles; the newest of a profile is the one shown.';
COMMENT ON COLUMN walking_run.settings IS 'gates, classes, speeds, cutoffs ...';
COMMENT ON COLUMN walking_run.network IS 'SHA-256 of the layers it was made of';
COMMENT ON COLUMN walking_run.report IS 'what was found on the way, by ids';

CREATE TABLE reach (
    profile TEXT NOT NULL,
    kind TEXT NOT NULL,
    building_code TEXT NOT NULL,
    facility_code TEXT,
    metres DOUBLE PRECISION,
    open_m DOUBLE PRECISION,
    straight_m DOUBLE PRECISION,
    reason TEXT,
    CONSTRAINT pk_reach PRIMARY KEY (profile, building_code, kind),
    CONSTRAINT ck_reach_metres CHECK (metres >= 0),
    CONSTRAINT ck_reach_open_m CHECK (open_m >= 0),
    CONSTRAINT ck_reach_straight_m CHECK (straight_m >= 0),
    CONSTRAINT ck_reach_reason CHECK (reason in ('island', 'gate', 'snap_too_long', 'no_such_facility'))
);
CREATE INDEX ix_reach_building_code ON reach (building_code);
CREATE INDEX ix_reach_facility_code ON reach (facility_code);
COMMENT ON TABLE reach IS 'Each building''s nearest facility of each kind, of the newest run of a profile.';
COMMENT ON COLUMN reach.metres IS 'on foot to the nearest; null: no way there';
COMMENT ON COLUMN reach.open_m IS 'the same if every gate stood open';
COMMENT ON COLUMN reach.straight_m IS 'in a straight line to the nearest';
COMMENT ON COLUMN reach.reason IS 'why there is no way at all; null: there is one';

CREATE TABLE circle (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    profile TEXT NOT NULL,
    kind TEXT NOT NULL,
    facility_code TEXT,
    cutoff_s INTEGER NOT NULL,
    speed_m_s DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4326),
    CONSTRAINT pk_circle PRIMARY KEY (id),
    CONSTRAINT ck_circle_status CHECK (status in ('ok', 'empty', 'snap_too_long', 'outside', 'failed')),
    CONSTRAINT ck_circle_walked CHECK (cutoff_s > 0 AND speed_m_s > 0),
    CONSTRAINT ck_circle_drawn CHECK (status <> 'ok' OR geom IS NOT NULL),
    CONSTRAINT fk_circle_run_id FOREIGN KEY (run_id) REFERENCES walking_run (id) ON DELETE CASCADE
);
CREATE INDEX ix_circle_facility_code ON circle (facility_code);
CREATE INDEX ix_circle_geom ON circle USING gist (geom);
CREATE UNIQUE INDEX ix_circle_key ON circle (profile, kind, coalesce(facility_code, ''), cutoff_s, speed_m_s);
CREATE INDEX ix_circle_run_id ON circle (run_id);
COMMENT ON TABLE circle IS 'Service circles: a picture of reach, never the source of a figure.';
COMMENT ON COLUMN circle.facility_code IS 'null: all of the kind';
COMMENT ON COLUMN circle.digest IS 'of all that shapes it';

CREATE TABLE service_gap (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    profile TEXT NOT NULL,
    kind TEXT NOT NULL,
    cutoff_s INTEGER NOT NULL,
    speed_m_s DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    rank INTEGER NOT NULL,
    community_code TEXT,
    buildings INTEGER NOT NULL,
    households INTEGER NOT NULL,
    households_estimated INTEGER NOT NULL,
    reasons JSONB NOT NULL,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_service_gap PRIMARY KEY (id),
    CONSTRAINT ck_service_gap_buildings CHECK (buildings >= 0),
    CONSTRAINT ck_service_gap_households CHECK (households >= 0),
    CONSTRAINT ck_service_gap_households_estimated CHECK (households_estimated >= 0),
    CONSTRAINT fk_service_gap_run_id FOREIGN KEY (run_id) REFERENCES walking_run (id) ON DELETE CASCADE
);
CREATE INDEX ix_service_gap_community_code ON service_gap (community_code);
CREATE INDEX ix_service_gap_geom ON service_gap USING gist (geom);
CREATE INDEX ix_service_gap_profile_kind ON service_gap (profile, kind);
CREATE INDEX ix_service_gap_run_id ON service_gap (run_id);
COMMENT ON TABLE service_gap IS 'Ground whose households miss a kind within the cutoff.';
COMMENT ON COLUMN service_gap.rank IS '1 has most households, by kind';
COMMENT ON COLUMN service_gap.reasons IS 'reason -> buildings';

CREATE TABLE site (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    profile TEXT NOT NULL,
    kind TEXT NOT NULL,
    community_code TEXT,
    cutoff_s INTEGER NOT NULL,
    speed_m_s DOUBLE PRECISION NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    rank INTEGER NOT NULL,
    place TEXT NOT NULL,
    households_gained INTEGER NOT NULL,
    certificate JSONB NOT NULL,
    geom geometry(POINT,4326) NOT NULL,
    CONSTRAINT pk_site PRIMARY KEY (id),
    CONSTRAINT ck_site_households_gained CHECK (households_gained >= 0)
);
CREATE INDEX ix_site_geom ON site USING gist (geom);
CREATE INDEX ix_site_profile_kind ON site (profile, kind);
COMMENT ON TABLE site IS 'Suggested places for a kind; a new suggestion replaces the one before.';
COMMENT ON COLUMN site.community_code IS 'where it was asked for; null: everywhere';
COMMENT ON COLUMN site.place IS 'code of the candidate';

CREATE TABLE coverage_figure (
    run_id BIGINT NOT NULL,
    level TEXT NOT NULL,
    area_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    cutoff_s INTEGER NOT NULL,
    speed_m_s DOUBLE PRECISION NOT NULL,
    method TEXT NOT NULL,
    counted TEXT NOT NULL,
    total INTEGER,
    reached INTEGER,
    share DOUBLE PRECISION,
    buildings INTEGER NOT NULL,
    known_buildings INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_coverage_figure PRIMARY KEY (run_id, area_code, kind, cutoff_s, speed_m_s, method, counted),
    CONSTRAINT ck_coverage_figure_counted CHECK (counted in ('buildings', 'households', 'residents', 'elders', 'vulnerable')),
    CONSTRAINT ck_coverage_figure_reached CHECK (reached BETWEEN 0 AND total),
    CONSTRAINT ck_coverage_figure_share CHECK (share BETWEEN 0 AND 1),
    CONSTRAINT ck_coverage_figure_level CHECK (level in ('county', 'subdistrict', 'community')),
    CONSTRAINT ck_coverage_figure_method CHECK (method in ('network', 'straight_line')),
    CONSTRAINT fk_coverage_figure_run_id FOREIGN KEY (run_id) REFERENCES walking_run (id) ON DELETE CASCADE
);
COMMENT ON TABLE coverage_figure IS 'service_coverage of areas; those of every run stay, so that dates can be compared.';
COMMENT ON COLUMN coverage_figure.total IS 'null: too few buildings to tell';
COMMENT ON COLUMN coverage_figure.reached IS 'null: too few buildings to tell';
COMMENT ON COLUMN coverage_figure.share IS 'null: nobody to count, or too few buildings to tell';
COMMENT ON COLUMN coverage_figure.known_buildings IS 'that carry the count';
COMMENT ON COLUMN coverage_figure.estimated IS 'households that nobody counted';
