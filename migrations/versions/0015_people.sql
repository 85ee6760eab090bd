-- Posts for more than grids: areas, resident groups, buildings and stairwells; tags, deputies,
-- teams by area. Posts that are there keep their grids.

CREATE TABLE resident_group (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    community_code TEXT NOT NULL,
    name TEXT NOT NULL,
    run_id BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    retired_on DATE,
    CONSTRAINT pk_resident_group PRIMARY KEY (id),
    CONSTRAINT uq_resident_group_code UNIQUE (code),
    CONSTRAINT fk_resident_group_run_id FOREIGN KEY(run_id) REFERENCES import_run (id)
);
CREATE INDEX ix_resident_group_community_code ON resident_group (community_code);
COMMENT ON TABLE resident_group IS 'Resident groups, between a community and its buildings.';
COMMENT ON COLUMN resident_group.code IS 'community/name';

CREATE TABLE building_group (
    building_code TEXT NOT NULL,
    group_code TEXT NOT NULL,
    CONSTRAINT pk_building_group PRIMARY KEY (building_code),
    CONSTRAINT fk_building_group_building_code FOREIGN KEY(building_code) REFERENCES building (code),
    CONSTRAINT fk_building_group_group_code FOREIGN KEY(group_code) REFERENCES resident_group (code)
);
CREATE INDEX ix_building_group_group_code ON building_group (group_code);
COMMENT ON TABLE building_group IS 'Which resident group a building belongs to; one at most.';

CREATE TABLE team (
    area_code TEXT NOT NULL,
    name TEXT NOT NULL,
    template JSONB NOT NULL,
    set_by TEXT NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_team PRIMARY KEY (area_code)
);
COMMENT ON TABLE team IS 'Which template of team and chain holds in an area.';
COMMENT ON COLUMN team.area_code IS 'and all below that name no other';
COMMENT ON COLUMN team.template IS 'levels of the chain, and seats';

ALTER TABLE worker ADD COLUMN erased_on DATE;
COMMENT ON COLUMN worker.erased_on IS 'when name and phone were erased; the posts stay';

ALTER TABLE post DROP CONSTRAINT ex_post_code_valid;
DROP INDEX ix_post_current;
ALTER TABLE post
    ALTER COLUMN grid_id DROP NOT NULL,
    ADD COLUMN subject_kind TEXT DEFAULT 'grid' NOT NULL,
    ADD COLUMN subject_code TEXT,
    ADD COLUMN area_code TEXT,
    ADD COLUMN tags TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN deputy_id BIGINT,
    ADD CONSTRAINT fk_post_deputy_id FOREIGN KEY(deputy_id) REFERENCES worker (id),
    ADD CONSTRAINT ck_post_subject_kind CHECK (
        subject_kind in ('county', 'subdistrict', 'community', 'group', 'grid', 'building', 'stairwell')),
    ADD CONSTRAINT ck_post_subject CHECK (
        (subject_kind = 'grid') = (grid_id IS NOT NULL)
        AND (subject_kind = 'grid') = (subject_code IS NULL)
        AND (subject_kind = 'grid') = (area_code IS NULL)),
    ADD CONSTRAINT ex_post_code_subject_valid EXCLUDE USING gist (
        code WITH =, (coalesce(subject_code, '')) WITH =, (coalesce(grid_id, 0)) WITH =, valid WITH &&);
CREATE INDEX ix_post_current ON post (code) WHERE upper_inf(valid);
CREATE INDEX ix_post_subject_code ON post (subject_code);
CREATE INDEX ix_post_area_code ON post (area_code);
CREATE INDEX ix_post_deputy_id ON post (deputy_id);
COMMENT ON TABLE post IS 'A role for one subject from a date to a date; a row for each grid of a post.';
COMMENT ON COLUMN post.grid_id IS 'subject: a grid';
COMMENT ON COLUMN post.subject_code IS 'subject: anything but a grid';
COMMENT ON COLUMN post.area_code IS 'area of a subject that is no grid: its community';
