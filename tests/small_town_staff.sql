-- Staff of the small town besides those of small_town.sql: a secretary for the community, a deputy,
-- one post with two grids, a resident group of three buildings, a building head, a stairwell head,
-- and somebody who left. Grid 1 holds b000 among others.
INSERT INTO stairwell (code, building_code, number, households)
VALUES ('b000-1', 'b000', '1', 2), ('b000-2', 'b000', '2', 2);

INSERT INTO resident_group (code, community_code, name)
VALUES ('510000000001/第一居民小组', '510000000001', '第一居民小组');
INSERT INTO building_group (building_code, group_code)
SELECT code, '510000000001/第一居民小组' FROM building WHERE code IN ('b000', 'b001', 'b006');

INSERT INTO worker (code, name, phone)
VALUES
    ('w2', '李书记', '13812345678'), ('w3', '张网格', '0831-5551212'), ('w4', '赵楼长', '66123'),
    ('w5', '钱单元', NULL), ('w6', '孙离任', '13900001111'), ('w7', '周组长', '13700002222');

INSERT INTO post (code, grid_id, role, worker_id, deputy_id, tags, valid)
SELECT 'p3', grid.id, 'party_building', w3.id, w1.id, '{party_building,mediation}', '[2026-01-01,)'
FROM grid, worker AS w3, worker AS w1
WHERE grid.code IN ('510000000001003', '510000000001004') AND w3.code = 'w3' AND w1.code = 'w1';

INSERT INTO post (code, role, subject_kind, subject_code, area_code, worker_id, valid)
SELECT made.post, made.role, made.kind, made.subject, '510000000001', worker.id, made.valid
FROM (VALUES
    ('p4', 'secretary', 'community', '510000000001', 'w2', daterange('2026-01-01', NULL)),
    ('p5', 'group_head', 'group', '510000000001/第一居民小组', 'w7', daterange('2026-01-01', NULL)),
    ('p6', 'building_head', 'building', 'b000', 'w4', daterange('2026-01-01', NULL)),
    ('p7', 'stairwell_head', 'stairwell', 'b000-1', 'w5', daterange('2026-01-01', NULL)),
    ('p8', 'building_head', 'building', 'b001', 'w6', daterange('2024-01-01', '2025-06-01'))
) AS made (post, role, kind, subject, holder, valid)
JOIN worker ON worker.code = made.holder;
