-- A made-up town of 96 buildings for the tests of API, tiles and pages, EPSG:4326.
-- Community 510000000001 is 12 x 8 cells of 0.001 degrees, one building in each; its plan 1 is
-- published from 2026-01-01 and divides it into four grids of 6 x 4 buildings at a cap of 150:
-- 96, 144, 168 (over the cap) and 120 households. Plan 2 is a draft of it with one grid and one
-- building unassigned. Community 510000000002 has neither buildings nor plan.
INSERT INTO area (code, name, level, parent_code, valid, geom)
VALUES
    ('510000000000', '望江街道', 'subdistrict', NULL, '[2020-01-01,)',
     ST_Multi(ST_MakeEnvelope(104.60, 28.40, 104.63, 28.41, 4326))),
    ('510000000001', '云溪社区', 'community', '510000000000', '[2020-01-01,)',
     ST_Multi(ST_MakeEnvelope(104.600, 28.400, 104.612, 28.408, 4326))),
    ('510000000002', '临江社区', 'community', '510000000000', '[2020-01-01,)',
     ST_Multi(ST_MakeEnvelope(104.612, 28.400, 104.620, 28.408, 4326)));

INSERT INTO courtyard (code, name, kind, walled, managed, community_code, geom)
SELECT
    'c' || q, (ARRAY['锦绣苑', '柳荫里', '纺织厂家属院', '望江花园'])[q + 1],
    (ARRAY['new', 'old', 'old', 'new'])[q + 1], q <> 1, q <> 2, '510000000001',
    ST_Multi(ST_MakeEnvelope(
        104.6001 + (q % 2) * 0.006, 28.4001 + (q / 2) * 0.004,
        104.6059 + (q % 2) * 0.006, 28.4039 + (q / 2) * 0.004, 4326))
FROM generate_series(0, 3) AS q;

INSERT INTO building (
    code, name, number, address, community_code, courtyard_code, households, households_kind,
    households_estimated, floors, stairwells, residents, elders, vulnerable, geom)
SELECT
    format('b%s', lpad(n::text, 3, '0')), format('%s幢', n + 1), (n + 1)::text,
    format('望江路%s号', n + 1), '510000000001', 'c' || q,
    (ARRAY[4, 6, 7, 5])[q + 1], 'registered', q = 3 AND n % 24 = 23, 6, 2, 17, 3, 1,
    ST_Multi(ST_MakeEnvelope(
        104.6002 + col * 0.001, 28.4003 + line * 0.001,
        104.6008 + col * 0.001, 28.4006 + line * 0.001, 4326))
FROM (
    SELECT n, n % 12 AS col, n / 12 AS line, (n % 12) / 6 + (n / 12) / 4 * 2 AS q
    FROM generate_series(0, 95) AS n
) AS cells;

INSERT INTO building (
    code, community_code, households, households_kind, retired_on, geom)
VALUES ('gone', '510000000001', 9, 'registered', '2025-06-01',
    ST_Multi(ST_MakeEnvelope(104.6012, 28.4007, 104.6018, 28.4009, 4326)));

INSERT INTO gate (code, courtyard_code, name, geom)
VALUES ('g0', 'c0', '北门', ST_SetSRID(ST_MakePoint(104.603, 28.4039), 4326));

INSERT INTO street (code, name, street_class, geom)
VALUES
    ('s0', '望江路', 'arterial',
     ST_Multi(ST_GeomFromText('LINESTRING(104.5995 28.404, 104.6205 28.404)', 4326))),
    ('s1', NULL, 'footpath',
     ST_Multi(ST_GeomFromText('LINESTRING(104.603 28.4005, 104.603 28.4035)', 4326)));

INSERT INTO barrier (code, name, kind, geom)
VALUES ('r0', '云溪', 'river',
    ST_Multi(ST_GeomFromText('LINESTRING(104.6 28.4085, 104.612 28.4085)', 4326)));

INSERT INTO facility (code, name, kind, functions, floor_area_m2, community_code, geom)
VALUES ('f0', '云溪党群服务中心', 'service_centre', 'party,service', 820, '510000000001',
    ST_SetSRID(ST_MakePoint(104.6061, 28.4041), 4326));

INSERT INTO ground (community_code, version, srid, fingerprint)
VALUES ('510000000001', 1, 4544, 'made up');

INSERT INTO unit (
    ground_id, unit_no, unit_id, kind, building_code, courtyard_code, courtyard_kind, households,
    households_kind, households_estimated, geom)
SELECT
    ground.id, n, b.code, 'building', b.code, b.courtyard_code, c.kind, b.households,
    b.households_kind, b.households_estimated,
    ST_MakeEnvelope(
        104.600 + n % 12 * 0.001, 28.400 + n / 12 * 0.001,
        104.601 + n % 12 * 0.001, 28.401 + n / 12 * 0.001, 4326)
FROM ground
CROSS JOIN generate_series(0, 95) AS n
JOIN building AS b ON b.code = format('b%s', lpad(n::text, 3, '0'))
JOIN courtyard AS c ON c.code = b.courtyard_code;

-- Borders run so that the left unit is on their left hand; outside is null, always on the right.
INSERT INTO border (ground_id, border_no, left_unit, right_unit, length_m, runs_along, passage, geom)
SELECT
    ground.id, row_number() OVER (ORDER BY side.place, cell.n) - 1, cell.n, side.right_unit,
    ST_Length(CAST(side.line AS geography)), 'nothing', false, side.line
FROM ground
CROSS JOIN (
    SELECT
        n, n % 12 AS col, n / 12 AS line,
        104.600 + n % 12 * 0.001 AS x, 28.400 + n / 12 * 0.001 AS y
    FROM generate_series(0, 95) AS n
) AS cell
CROSS JOIN LATERAL (
    VALUES
        (0, CASE WHEN cell.col < 11 THEN cell.n + 1 END, true,
         ST_SetSRID(ST_MakeLine(ST_Point(cell.x + 0.001, cell.y),
                                ST_Point(cell.x + 0.001, cell.y + 0.001)), 4326)),
        (1, CASE WHEN cell.line < 7 THEN cell.n + 12 END, true,
         ST_SetSRID(ST_MakeLine(ST_Point(cell.x + 0.001, cell.y + 0.001),
                                ST_Point(cell.x, cell.y + 0.001)), 4326)),
        (2, NULL, cell.col = 0,
         ST_SetSRID(ST_MakeLine(ST_Point(cell.x, cell.y + 0.001),
                                ST_Point(cell.x, cell.y)), 4326)),
        (3, NULL, cell.line = 0,
         ST_SetSRID(ST_MakeLine(ST_Point(cell.x, cell.y),
                                ST_Point(cell.x + 0.001, cell.y)), 4326))
) AS side (place, right_unit, drawn, line)
WHERE side.drawn;

INSERT INTO plan (community_code, ground_id, name, state, rules, certificate, created_by)
SELECT
    '510000000001', ground.id, made.name, made.state,
    '{"name": "gaoxian-2020", "source": "made up", "caps": {"default": 150},
      "hard_barriers": ["river"], "soft_barriers": [], "households_kind": "registered"}',
    '{"lower_bound": 4}', 'test'
FROM ground
CROSS JOIN (VALUES ('2026 年方案', 'published'), ('草稿', 'draft')) AS made (name, state);

INSERT INTO plan_grid (plan_id, grid_no, name, households, load, flags, code)
SELECT
    1, q, (ARRAY['第一网格', '第二网格', '第三网格', '第四网格'])[q + 1],
    (ARRAY[96, 144, 168, 120])[q + 1], (ARRAY[96, 144, 168, 120])[q + 1] / 150.0::float,
    CASE WHEN q = 2 THEN ARRAY['over_cap'] ELSE '{}'::text[] END,
    format('51000000000100%s', q + 1)
FROM generate_series(0, 3) AS q
UNION ALL
SELECT 2, 0, '第一网格', 524, 524 / 150.0::float, ARRAY['over_cap'], NULL;

INSERT INTO assignment (plan_id, unit_no, ground_id, grid_no)
SELECT 1, n, ground.id, (n % 12) / 6 + (n / 12) / 4 * 2
FROM ground CROSS JOIN generate_series(0, 95) AS n
UNION ALL
SELECT 2, n, ground.id, CASE WHEN n > 0 THEN 0 END
FROM ground CROSS JOIN generate_series(0, 95) AS n;

UPDATE plan_grid AS g
SET geom = (
    SELECT ST_Multi(ST_Union(u.geom))
    FROM assignment AS a
    JOIN unit AS u ON u.ground_id = a.ground_id AND u.unit_no = a.unit_no
    WHERE a.plan_id = g.plan_id AND a.grid_no = g.grid_no);

INSERT INTO publication (community_code, tier, plan_id, valid, published_by)
VALUES ('510000000001', 'base', 1, '[2026-01-01,)', 'test');

INSERT INTO grid (code, community_code, kind)
SELECT code, '510000000001', 'base' FROM plan_grid WHERE plan_id = 1 ORDER BY grid_no;

INSERT INTO grid_period (grid_id, plan_id, grid_no, valid)
SELECT g.id, 1, p.grid_no, '[2026-01-01,)'
FROM grid AS g JOIN plan_grid AS p ON p.code = g.code;

INSERT INTO worker (code, name, phone) VALUES ('w1', '某某', '000');
INSERT INTO post (code, grid_id, role, worker_id, valid)
VALUES ('p1', 1, 'comprehensive', 1, '[2025-01-01,)'), ('p2', 2, 'comprehensive', NULL, '[2025-01-01,)');

INSERT INTO handover (publication_id, unit_id, building_code, households, from_grid_id, to_grid_id)
VALUES (1, 'b000', 'b000', 4, 2, 1);

INSERT INTO walking_run (profile, settings, network, report)
VALUES (
    'default',
    '{"gates": "residents", "speeds": {"adult": 1.2, "elder": 0.8}, "cutoffs_s": [300, 600, 900],
      "kinds": ["service_centre", "medical"], "walk": "wide", "walk_preset": "wide",
      "area": null, "at": null, "snap_limit_m": 100}', 'made up', '{}');

INSERT INTO coverage_figure (
    run_id, level, area_code, kind, cutoff_s, speed_m_s, method, counted, total, reached, share,
    buildings, known_buildings, estimated)
SELECT 1, 'community', '510000000001', 'service_centre', cutoff_s, 1.2, 'network', counted, total,
    total * cutoff_s / 1000, (total * cutoff_s / 1000) / total::float, 96, 96, 5
FROM (VALUES (300), (600), (900)) AS c (cutoff_s),
    (VALUES ('buildings', 96), ('households', 528), ('residents', 1630)) AS k (counted, total);

-- The centre stands 104.6061 28.4041; walks are told as made up, 100 m for each column of buildings.
INSERT INTO reach (profile, kind, building_code, facility_code, metres, open_m, straight_m, reason)
SELECT 'default', 'service_centre', code, CASE WHEN n = 95 THEN NULL ELSE 'f0' END,
    CASE WHEN n = 95 THEN NULL ELSE 100 * abs(n % 12 - 6) + 50 END,
    CASE WHEN n = 95 THEN NULL ELSE 100 * abs(n % 12 - 6) + 50 END,
    40 * abs(n % 12 - 6), CASE WHEN n = 95 THEN 'island' END
FROM (SELECT code, substr(code, 2)::integer AS n FROM building WHERE code LIKE 'b%') AS b;

INSERT INTO circle (
    profile, kind, facility_code, cutoff_s, speed_m_s, run_id, digest, status, geom)
SELECT 'default', 'service_centre', facility, minutes * 60, 1.2, 1, 'made up', 'ok',
    ST_Multi(ST_MakeEnvelope(
        104.6061 - minutes * 0.0005, 28.4041 - minutes * 0.0005,
        104.6061 + minutes * 0.0005, 28.4041 + minutes * 0.0005, 4326))
FROM (VALUES (5), (10), (15)) AS m (minutes), (VALUES (NULL), ('f0')) AS f (facility);

INSERT INTO service_gap (
    profile, kind, cutoff_s, speed_m_s, run_id, rank, community_code, buildings, households,
    households_estimated, reasons, geom)
VALUES ('default', 'service_centre', 900, 1.2, 1, 1, '510000000001', 1, 5, 5, '{"island": 1}',
    ST_Multi(ST_MakeEnvelope(104.603, 28.403, 104.604, 28.404, 4326)));

INSERT INTO site (
    profile, kind, community_code, cutoff_s, speed_m_s, rank, place, households_gained,
    certificate, geom)
VALUES ('default', 'service_centre', '510000000001', 900, 1.2, 1, 'b095', 5, '{}',
    ST_SetSRID(ST_MakePoint(104.6035, 28.4035), 4326));
