-- Whoever answers for a spot on a day: posts for its areas, resident group, grids, building and
-- stairwells; one row for each of these and post. Subjects without a post come once, with none.
-- Binds: community, grids (text[]), building (code) or null; at date.
-- template: the team template that holds, on the rows of the community.
WITH RECURSIVE up AS (
    SELECT a.code, a.name, a.level, a.parent_code, own.template, 0 AS step
    FROM area AS a LEFT JOIN team AS own ON own.area_code = a.code
    WHERE a.code = :community AND a.valid @> CAST(:at AS date)
    UNION ALL
    SELECT a.code, a.name, a.level, a.parent_code, own.template, up.step + 1
    FROM up
    JOIN area AS a ON a.code = up.parent_code AND a.valid @> CAST(:at AS date)
    LEFT JOIN team AS own ON own.area_code = a.code
    WHERE up.step < 8
),
subject AS MATERIALIZED (
    SELECT level AS kind, code, name, CAST(NULL AS bigint) AS grid_id,
           CASE WHEN step = 0 THEN (
               SELECT t.template FROM up AS t WHERE t.template IS NOT NULL ORDER BY t.step LIMIT 1
           ) END AS template
    FROM up
    UNION ALL
    SELECT 'group', g.code, g.name, NULL, NULL
    FROM building_group AS m JOIN resident_group AS g ON g.code = m.group_code
    WHERE m.building_code = CAST(:building AS text)
    UNION ALL
    SELECT 'grid', grid.code, shown.name, grid.id, NULL
    FROM grid
    LEFT JOIN grid_period AS period
        ON period.grid_id = grid.id AND period.valid @> CAST(:at AS date)
    LEFT JOIN plan_grid AS shown USING (plan_id, grid_no)
    WHERE grid.code = ANY (CAST(:grids AS text[]))
    UNION ALL
    SELECT 'building', b.code, coalesce(b.name, b.number), NULL, NULL
    FROM building AS b WHERE b.code = CAST(:building AS text)
    UNION ALL
    SELECT 'stairwell', st.code, st.number, NULL, NULL
    FROM stairwell AS st
    WHERE st.building_code = CAST(:building AS text)
      AND (st.retired_on IS NULL OR st.retired_on > CAST(:at AS date))
    UNION ALL
    SELECT 'stairwell', b.code || '#' || n, CAST(n AS text), NULL, NULL
    FROM building AS b CROSS JOIN generate_series(1, least(b.stairwells, 99)) AS n
    WHERE b.code = CAST(:building AS text)
      AND NOT EXISTS (SELECT 1 FROM stairwell AS st WHERE st.building_code = b.code)
)
SELECT
    s.kind, s.code, s.name, s.template,
    post.code AS post, post.role, post.tags,
    worker.code AS worker, worker.name AS worker_name, worker.phone AS worker_phone,
    deputy.code AS deputy, deputy.name AS deputy_name, deputy.phone AS deputy_phone
FROM subject AS s
LEFT JOIN LATERAL (
    SELECT p.* FROM post AS p
    WHERE p.grid_id = s.grid_id AND p.valid @> CAST(:at AS date)
    UNION ALL
    SELECT p.* FROM post AS p
    WHERE s.grid_id IS NULL AND p.subject_code = s.code AND p.subject_kind = s.kind
      AND p.valid @> CAST(:at AS date)
) AS post ON true
LEFT JOIN worker ON worker.id = post.worker_id
LEFT JOIN worker AS deputy ON deputy.id = post.deputy_id
ORDER BY s.code, post.role, post.code
