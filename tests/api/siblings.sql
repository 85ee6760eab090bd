-- Beside the made-up town: a sibling community under the same street office and a third one
-- elsewhere, each with all that community 510000000001 has, moved to the east. Whatever is theirs
-- begins with their own mark, codes and names alike. EPSG:4326.
-- Plans: 1 published and 2 draft of the town, 700001 and 700002 of the sibling, 700003 and 700004
-- elsewhere; numbers that mean nothing else in any answer.
ALTER TABLE plan ALTER COLUMN id RESTART WITH 700001;
ALTER TABLE embed_key ALTER COLUMN id RESTART WITH 600001;
CREATE FUNCTION pg_temp.copy_town(mark text, home text, east float8) RETURNS void
LANGUAGE plpgsql AS $function$
DECLARE
    own_ground bigint := (SELECT id FROM ground WHERE community_code = '510000000001');
    new_ground bigint;
    new_plan bigint;
BEGIN
    INSERT INTO courtyard (code, name, kind, walled, managed, community_code, geom)
    SELECT mark || code, mark || name, kind, walled, managed, home, ST_Translate(geom, east, 0)
    FROM courtyard WHERE community_code = '510000000001';

    INSERT INTO building (
        code, name, number, address, community_code, courtyard_code, households, households_kind,
        households_estimated, floors, stairwells, residents, elders, vulnerable, geom)
    SELECT
        mark || code, mark || name, number, mark || address, home, mark || courtyard_code,
        households, households_kind, households_estimated, floors, stairwells, residents, elders,
        vulnerable, ST_Translate(geom, east, 0)
    FROM building WHERE community_code = '510000000001' AND retired_on IS NULL;

    INSERT INTO gate (code, courtyard_code, name, geom)
    SELECT mark || code, mark || courtyard_code, mark || name, ST_Translate(geom, east, 0)
    FROM gate WHERE code = 'g0';
    INSERT INTO street (code, name, street_class, geom)
    SELECT mark || code, mark || coalesce(name, code), street_class,
        ST_Translate(ST_Scale(geom, ST_MakePoint(0.5, 1), ST_Centroid(geom)), east - 0.004, 0)
    FROM street WHERE code IN ('s0', 's1');
    INSERT INTO barrier (code, name, kind, geom)
    SELECT mark || code, mark || name, kind, ST_Translate(geom, east, -0.004)
    FROM barrier WHERE code = 'r0';
    INSERT INTO facility (code, name, kind, functions, floor_area_m2, community_code, geom)
    SELECT mark || code, mark || name, kind, functions, floor_area_m2, home,
        ST_Translate(geom, east, 0)
    FROM facility WHERE code = 'f0';

    INSERT INTO ground (community_code, version, srid, fingerprint)
    VALUES (home, 1, 4544, 'made up') RETURNING id INTO new_ground;
    INSERT INTO unit (
        ground_id, unit_no, unit_id, kind, building_code, courtyard_code, courtyard_kind,
        households, households_kind, households_estimated, geom)
    SELECT
        new_ground, unit_no, mark || unit_id, kind, mark || building_code,
        mark || courtyard_code, courtyard_kind, households, households_kind,
        households_estimated, ST_Translate(geom, east, 0)
    FROM unit WHERE ground_id = own_ground;
    INSERT INTO border (
        ground_id, border_no, left_unit, right_unit, length_m, runs_along, passage, geom)
    SELECT new_ground, border_no, left_unit, right_unit, length_m, runs_along, passage,
        ST_Translate(geom, east, 0)
    FROM border WHERE ground_id = own_ground;

    FOR number IN 1..2 LOOP
        INSERT INTO plan (community_code, ground_id, name, state, rules, certificate, created_by)
        SELECT home, new_ground, mark || name, state, rules, certificate, created_by
        FROM plan WHERE id = number RETURNING id INTO new_plan;
        INSERT INTO plan_grid (plan_id, grid_no, name, households, load, flags, code, geom)
        SELECT new_plan, grid_no, mark || name, households, load, flags,
            home || right(code, 3), ST_Translate(geom, east, 0)
        FROM plan_grid WHERE plan_id = number;
        INSERT INTO assignment (plan_id, unit_no, ground_id, grid_no)
        SELECT new_plan, unit_no, new_ground, grid_no FROM assignment WHERE plan_id = number;
        IF number = 1 THEN
            INSERT INTO publication (community_code, tier, plan_id, valid, published_by)
            VALUES (home, 'base', new_plan, '[2026-01-01,)', 'test');
            INSERT INTO grid (code, community_code, kind)
            SELECT code, home, 'base' FROM plan_grid WHERE plan_id = new_plan ORDER BY grid_no;
            INSERT INTO grid_period (grid_id, plan_id, grid_no, valid)
            SELECT g.id, new_plan, p.grid_no, '[2026-01-01,)'
            FROM grid AS g JOIN plan_grid AS p ON p.code = g.code WHERE p.plan_id = new_plan;
            INSERT INTO handover (publication_id, unit_id, building_code, households, to_grid_id)
            SELECT pub.id, mark || 'b000', mark || 'b000', 4, g.id
            FROM publication AS pub, grid AS g
            WHERE pub.plan_id = new_plan AND g.code = home || '001';
        END IF;
    END LOOP;

    INSERT INTO worker (code, name, phone) VALUES (mark || 'w1', mark || '某某', '111');
    INSERT INTO post (code, grid_id, role, worker_id, valid)
    SELECT mark || 'p1', g.id, 'comprehensive', w.id, '[2025-01-01,)'
    FROM grid AS g, worker AS w WHERE g.code = home || '001' AND w.code = mark || 'w1';

    INSERT INTO coverage_figure (
        run_id, level, area_code, kind, cutoff_s, speed_m_s, method, counted, total, reached,
        share, buildings, known_buildings, estimated)
    SELECT run_id, level, home, kind, cutoff_s, speed_m_s, method, counted, total, reached, share,
        buildings, known_buildings, estimated
    FROM coverage_figure WHERE area_code = '510000000001';
    INSERT INTO reach (
        profile, kind, building_code, facility_code, metres, open_m, straight_m, reason)
    SELECT profile, kind, mark || building_code, mark || facility_code, metres, open_m,
        straight_m, reason
    FROM reach WHERE building_code LIKE 'b%';
    INSERT INTO circle (
        profile, kind, facility_code, cutoff_s, speed_m_s, run_id, digest, status, geom)
    SELECT profile, kind, mark || facility_code, cutoff_s, speed_m_s, run_id, digest, status,
        ST_Translate(geom, east, 0)
    FROM circle WHERE facility_code = 'f0';
    -- The circles of a kind are one shape for all communities.
    UPDATE circle SET geom = ST_Multi(ST_Union(circle.geom, own.moved))
    FROM (
        SELECT cutoff_s, ST_Translate(geom, east, 0) AS moved FROM circle
        WHERE facility_code = 'f0') AS own
    WHERE circle.facility_code IS NULL AND own.cutoff_s = circle.cutoff_s;
    INSERT INTO service_gap (
        profile, kind, cutoff_s, speed_m_s, run_id, rank, community_code, buildings, households,
        households_estimated, reasons, geom)
    SELECT profile, kind, cutoff_s, speed_m_s, run_id, rank, home, buildings, households,
        households_estimated, reasons, ST_Translate(geom, east, 0)
    FROM service_gap WHERE community_code = '510000000001';
    INSERT INTO site (
        profile, kind, community_code, cutoff_s, speed_m_s, rank, place, households_gained,
        certificate, geom)
    SELECT profile, kind, home, cutoff_s, speed_m_s, rank, mark || place, households_gained,
        certificate, ST_Translate(geom, east, 0)
    FROM site WHERE community_code = '510000000001';
END
$function$;

UPDATE area SET geom = ST_Multi(ST_MakeEnvelope(104.60, 28.40, 104.65, 28.41, 4326))
WHERE code = '510000000000';
UPDATE area
SET name = 'Sibling.社区', geom = ST_Multi(ST_MakeEnvelope(104.620, 28.400, 104.632, 28.408, 4326))
WHERE code = '510000000002';
INSERT INTO area (code, name, level, parent_code, valid, geom)
VALUES
    ('520000000000', 'Elsewhere.街道', 'subdistrict', NULL, '[2020-01-01,)',
     ST_Multi(ST_MakeEnvelope(105.60, 28.40, 105.63, 28.41, 4326))),
    ('520000000001', 'Elsewhere.社区', 'community', '520000000000', '[2020-01-01,)',
     ST_Multi(ST_MakeEnvelope(105.600, 28.400, 105.612, 28.408, 4326)));
SELECT pg_temp.copy_town('Sibling.', '510000000002', 0.02);
SELECT pg_temp.copy_town('Elsewhere.', '520000000001', 1.0);
-- A building of the town walks to the sibling's centre, which is nearer.
UPDATE reach SET facility_code = 'Sibling.f0' WHERE building_code = 'b011';
