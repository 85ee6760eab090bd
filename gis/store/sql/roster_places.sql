-- Where everything lies that the staged posts speak of and that is stored: row_no, field, fault (of
-- whoever may not know of it), what the row calls it, and its area. No parameters.
-- A post or worker of several areas has a row for each.
WITH person AS (
    SELECT row_no, 'worker_id' AS field, worker_id AS code FROM pg_temp.staged
    UNION ALL
    SELECT row_no, 'deputy_id', deputy_id FROM pg_temp.staged
),
stored AS (
    SELECT post.code, post.worker_id, post.deputy_id,
           coalesce(grid.community_code, post.area_code) AS area
    FROM post LEFT JOIN grid ON grid.id = post.grid_id
)
SELECT
    row_no,
    CASE WHEN subject_kind = 'grid' THEN 'grid_code' ELSE 'subject_code' END AS field,
    CASE WHEN subject_kind IN ('county', 'subdistrict', 'community') THEN 'area-unknown'
         WHEN subject_kind = 'group' THEN 'group-without-community'
         ELSE subject_kind || '-unknown' END AS fault,
    named AS value,
    coalesce(nullif(grid_community, ''), area_code) AS area
FROM pg_temp.staged_subject
WHERE grid_id IS NOT NULL OR subject_code IS NOT NULL AND area_code IS NOT NULL
UNION ALL
SELECT s.row_no, 'covers', 'building-unknown', building.code, building.community_code
FROM pg_temp.staged AS s
CROSS JOIN LATERAL unnest(string_to_array(s.covers, ',')) AS one (code)
JOIN building ON building.code = one.code AND building.retired_on IS NULL
UNION ALL
SELECT row_no, 'community_code', 'community-unknown', community_code, community_code
FROM pg_temp.staged WHERE community_code IS NOT NULL
UNION ALL
SELECT DISTINCT s.row_no, 'post_id', 'number-taken', s.post_id, stored.area
FROM pg_temp.staged AS s JOIN stored ON stored.code = s.post_id
UNION ALL
SELECT DISTINCT person.row_no, person.field, 'number-taken', person.code, stored.area
FROM person
JOIN worker ON worker.code = person.code
JOIN stored ON worker.id IN (stored.worker_id, stored.deputy_id)
ORDER BY row_no, field, value, area
