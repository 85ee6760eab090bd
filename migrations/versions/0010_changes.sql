-- The log of what changed on maps, and the triggers that write it.
-- Boxes are whole numbers (west, north, east, south) on the Web Mercator square cut into 2^30
-- columns from the west and 2^30 rows from the north: the tile grid of every zoom, and a unit of
-- a tile up to zoom 18, are whole numbers of these, so no box grows by being written down.
CREATE TABLE change (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    xid BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    source TEXT NOT NULL,
    through TEXT,
    plan_id BIGINT,
    public BOOLEAN DEFAULT true NOT NULL,
    areas TEXT[] DEFAULT '{}' NOT NULL,
    boxes INTEGER[],
    CONSTRAINT pk_change PRIMARY KEY (id)
);
COMMENT ON TABLE change IS 'What changed on maps, one row per statement (and plan); pruned.';
COMMENT ON COLUMN change.xid IS 'the writing transaction: ids may commit in another order';
COMMENT ON COLUMN change.source IS 'table whose rows changed';
COMMENT ON COLUMN change.through IS 'table whose shapes show it; null: they are where the rows are';
COMMENT ON COLUMN change.plan_id IS 'plan whose own rows changed; null: rows of no one plan';
COMMENT ON COLUMN change.public IS 'false: of a plan that is not published';
COMMENT ON COLUMN change.areas IS 'codes of the areas concerned, where known';
COMMENT ON COLUMN change.boxes IS
    '{{west, north, east, south}, ...} of 2^30 columns and rows; null: everywhere';
CREATE INDEX ix_change_xid ON change (xid);

CREATE TABLE change_floor (
    only_row BOOLEAN DEFAULT true NOT NULL,
    floor BIGINT DEFAULT 0 NOT NULL,
    next_floor BIGINT DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_change_floor PRIMARY KEY (only_row),
    CONSTRAINT ck_change_floor_only_row CHECK (only_row)
);
COMMENT ON TABLE change_floor IS 'Changes of transactions below floor are pruned.';
COMMENT ON COLUMN change_floor.next_floor IS 'the next floor: all below had ended at next_at';
INSERT INTO change_floor DEFAULT VALUES;

CREATE FUNCTION mercator_column(lon float8) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CAST(floor(least(greatest((lon + 180) / 360, 0), 0.9999999999) * 1073741824) AS integer)
$$;

CREATE FUNCTION mercator_row(lat float8) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CAST(floor(
        least(greatest(0.5 - asinh(tan(radians(lat))) / (2 * pi()), 0), 0.9999999999) * 1073741824
    ) AS integer)
$$;

-- Arguments: pairs of a query and the table through which what it yields is seen ('' for none).
-- A query reads ``touched``, the old and new rows of the statement, and yields geom in EPSG:4326
-- (null: nothing is drawn), area and plan.
-- Few rows keep a box each; of many, those that lie in the same tiles of zoom 16 (2^14 columns)
-- share one. A tile of zoom 16 or less meets the shared box just when it meets one of them; with
-- its buffer it may, beyond a corner, meet only the shared one, and is redrawn to what it was.
CREATE FUNCTION record_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
DECLARE
    rows_of text := CASE TG_OP
        WHEN 'INSERT' THEN 'TABLE new_rows'
        WHEN 'DELETE' THEN 'TABLE old_rows'
        ELSE 'TABLE old_rows UNION ALL TABLE new_rows'
    END;
    recorded bigint;
    number integer := 0;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO change (source) VALUES (TG_TABLE_NAME);
        PERFORM pg_notify('wangge_change', '');
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM FROM old_rows LIMIT 1;
    ELSE
        PERFORM FROM new_rows LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    WHILE number < TG_NARGS LOOP
        EXECUTE 'WITH touched AS (' || rows_of || '), seen AS (' || TG_ARGV[number] || $sql$),
            boxed AS MATERIALIZED (
                SELECT
                    plan,
                    area,
                    mercator_column(ST_XMin(box)) AS w,
                    mercator_row(ST_YMax(box)) AS n,
                    mercator_column(ST_XMax(box)) AS e,
                    mercator_row(ST_YMin(box)) AS s
                FROM (
                    SELECT plan, area, box3d(geom) AS box FROM seen
                    WHERE geom IS NOT NULL AND NOT ST_IsEmpty(geom)
                    OFFSET 0
                ) AS shaped
            ),
            merged AS (
                SELECT plan, min(w) AS w, min(n) AS n, max(e) AS e, max(s) AS s
                FROM boxed,
                    (SELECT CASE WHEN count(*) > 256 THEN 14 ELSE 0 END AS bits FROM boxed) AS many
                GROUP BY plan, w >> bits, n >> bits, e >> bits, s >> bits
            ),
            named AS (
                SELECT plan, array_agg(area) AS areas
                FROM (SELECT DISTINCT plan, area FROM boxed WHERE area IS NOT NULL) AS each
                GROUP BY plan
            )
            INSERT INTO change (source, through, plan_id, public, areas, boxes)
            SELECT
                $1, nullif($2, ''), m.plan,
                m.plan IS NULL OR EXISTS (SELECT FROM publication AS p WHERE p.plan_id = m.plan),
                coalesce((SELECT areas FROM named WHERE named.plan IS NOT DISTINCT FROM m.plan), '{}'),
                array_agg(ARRAY[m.w, m.n, m.e, m.s])
            FROM merged AS m
            GROUP BY m.plan$sql$
        USING TG_TABLE_NAME, TG_ARGV[number + 1];
        GET DIAGNOSTICS recorded = ROW_COUNT;
        IF recorded > 0 THEN
            PERFORM pg_notify('wangge_change', '');
        END IF;
        number := number + 2;
    END LOOP;
    RETURN NULL;
END
$function$;

-- Puts the triggers on one table; what its arguments are stands above.
CREATE FUNCTION record_changes_of(name text, arguments text[]) RETURNS void
LANGUAGE plpgsql AS $function$
DECLARE
    told text := (SELECT string_agg(quote_literal(one), ', ') FROM unnest(arguments) AS one);
    call text := ' FOR EACH STATEMENT EXECUTE FUNCTION record_change(' || told || ')';
    target text := ' ON ' || quote_ident(name);
BEGIN
    -- Cells are stored before the plan that shows them, and by the thousand.
    IF name <> 'unit' THEN
        EXECUTE 'CREATE TRIGGER change_insert AFTER INSERT' || target
            || ' REFERENCING NEW TABLE AS new_rows' || call;
    END IF;
    EXECUTE 'CREATE TRIGGER change_update AFTER UPDATE' || target
        || ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows' || call;
    EXECUTE 'CREATE TRIGGER change_delete AFTER DELETE' || target
        || ' REFERENCING OLD TABLE AS old_rows' || call;
    EXECUTE 'CREATE TRIGGER change_truncate AFTER TRUNCATE' || target || call;
END
$function$;

DO $do$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT * FROM (VALUES
            ('area', ARRAY['SELECT geom, code AS area, NULL::bigint AS plan FROM touched', '']),
            ('courtyard', ARRAY[
                'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '']),
            ('gate', ARRAY['SELECT geom, NULL AS area, NULL::bigint AS plan FROM touched', '']),
            -- Where buildings are too small they are drawn as their courtyard.
            ('building', ARRAY[
                'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '',
                'SELECT c.geom, c.community_code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT courtyard_code FROM touched) AS t
                JOIN courtyard AS c ON c.code = t.courtyard_code', 'courtyard']),
            ('street', ARRAY['SELECT geom, NULL AS area, NULL::bigint AS plan FROM touched', '']),
            ('barrier', ARRAY['SELECT geom, NULL AS area, NULL::bigint AS plan FROM touched', '']),
            -- A building that walks to it tells its name.
            ('facility', ARRAY[
                'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '',
                'SELECT b.geom, b.community_code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT code FROM touched) AS t
                JOIN reach AS r ON r.facility_code = t.code
                JOIN building AS b ON b.code = r.building_code', 'reach']),
            ('plan', ARRAY[
                'SELECT u.geom, t.community_code AS area, t.id AS plan
                FROM (
                    SELECT id, community_code, ground_id FROM touched
                    GROUP BY id, community_code, ground_id, state, tier, name HAVING count(*) = 1
                ) AS t
                CROSS JOIN LATERAL (
                    SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) AS geom
                    FROM unit WHERE unit.ground_id = t.ground_id
                ) AS u', '']),
            ('plan_grid', ARRAY[
                'SELECT t.geom, p.community_code AS area, t.plan_id AS plan
                FROM touched AS t LEFT JOIN plan AS p ON p.id = t.plan_id', '']),
            ('assignment', ARRAY[
                'SELECT u.geom, p.community_code AS area, t.plan_id AS plan
                FROM (
                    SELECT plan_id, ground_id, unit_no FROM touched
                    GROUP BY plan_id, ground_id, unit_no, grid_no HAVING count(*) = 1
                ) AS t
                JOIN unit AS u USING (ground_id, unit_no)
                LEFT JOIN plan AS p ON p.id = t.plan_id', '']),
            ('publication', ARRAY[
                'SELECT g.geom, t.community_code AS area, NULL::bigint AS plan
                FROM touched AS t JOIN plan_grid AS g USING (plan_id)', '']),
            ('grid', ARRAY[
                'SELECT g.geom, t.community_code AS area, NULL::bigint AS plan
                FROM touched AS t
                JOIN grid_period AS d ON d.grid_id = t.id
                JOIN plan_grid AS g USING (plan_id, grid_no)', '']),
            ('grid_period', ARRAY[
                'SELECT g.geom, i.community_code AS area, NULL::bigint AS plan
                FROM touched AS t
                JOIN plan_grid AS g USING (plan_id, grid_no)
                LEFT JOIN grid AS i ON i.id = t.grid_id', '']),
            ('post', ARRAY[
                'SELECT g.geom, i.community_code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT grid_id FROM touched) AS t
                JOIN grid AS i ON i.id = t.grid_id
                JOIN grid_period AS d ON d.grid_id = t.grid_id
                JOIN plan_grid AS g USING (plan_id, grid_no)', '']),
            ('worker', ARRAY[
                'SELECT g.geom, i.community_code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT id FROM touched) AS t
                JOIN post AS o ON o.worker_id = t.id
                JOIN grid AS i ON i.id = o.grid_id
                JOIN grid_period AS d ON d.grid_id = o.grid_id
                JOIN plan_grid AS g USING (plan_id, grid_no)', '']),
            ('reach', ARRAY[
                'SELECT b.geom, b.community_code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT building_code FROM touched) AS t
                JOIN building AS b ON b.code = t.building_code', '']),
            ('circle', ARRAY['SELECT geom, NULL AS area, NULL::bigint AS plan FROM touched', '']),
            ('service_gap', ARRAY[
                'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '']),
            ('site', ARRAY[
                'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '']),
            ('coverage_figure', ARRAY[
                'SELECT a.geom, a.code AS area, NULL::bigint AS plan
                FROM (SELECT DISTINCT area_code FROM touched) AS t
                JOIN area AS a ON a.code = t.area_code AND upper_inf(a.valid)', '']),
            ('unit', ARRAY['SELECT geom, NULL AS area, NULL::bigint AS plan FROM touched', ''])
        ) AS watched (name, arguments)
    LOOP
        PERFORM record_changes_of(one.name, one.arguments);
    END LOOP;
END
$do$;
