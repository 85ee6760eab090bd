-- Whoever answers for a spot on a day: posts for its areas, resident group, grids, building and
-- stairwells; one row for each of these and post. Subjects without a post come once, with none.
-- Behind a head that says what `chained` is: community, grids, building; no row: no chain.
-- Binds: at date.
-- template: the team template that holds, on the row of the community.
, up AS (
    SELECT a.code, a.name, a.level, a.parent_code, own.template, 0 AS step
    FROM area AS a LEFT JOIN team AS own ON own.area_code = a.code
    WHERE a.code = (SELECT community FROM chained) AND a.valid @> CAST(:at AS date)
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
    WHERE m.building_code = (SELECT building FROM chained)
    UNION ALL
    -- A name looked up for each: joined, ten grids are thought to be enough for a scan of all.
    SELECT 'grid', grid.code, (
        SELECT shown.name
        FROM grid_period AS period JOIN plan_grid AS shown USING (plan_id, grid_no)
        WHERE period.grid_id = grid.id AND period.valid @> CAST(:at AS date)
    ), grid.id, NULL
    FROM grid
    WHERE grid.code = ANY ((SELECT grids FROM chained)::text[])
    UNION ALL
    SELECT 'building', b.code, coalesce(b.name, b.number), NULL, NULL
    FROM building AS b WHERE b.code = (SELECT building FROM chained)
    UNION ALL
    SELECT 'stairwell', st.code, st.number, NULL, NULL
    FROM stairwell AS st
    WHERE st.building_code = (SELECT building FROM chained)
      AND (st.retired_on IS NULL OR st.retired_on > CAST(:at AS date))
    UNION ALL
    SELECT 'stairwell', b.code || '#' || n, CAST(n AS text), NULL, NULL
    FROM building AS b CROSS JOIN generate_series(1, least(b.stairwells, 99)) AS n
    WHERE b.code = (SELECT building FROM chained)
      AND NOT EXISTS (SELECT 1 FROM stairwell AS st WHERE st.building_code = b.code)
),
link AS (
    SELECT
        s.kind, s.code, s.name, CAST(s.template AS text) AS template,
        post.code AS post, post.role, post.tags, post.worker_id, post.deputy_id
    FROM subject AS s
    LEFT JOIN LATERAL (
        SELECT p.* FROM post AS p
        WHERE p.grid_id = s.grid_id AND p.valid @> CAST(:at AS date)
        UNION ALL
        SELECT p.* FROM post AS p
        WHERE s.grid_id IS NULL AND p.subject_code = s.code AND p.subject_kind = s.kind
          AND p.valid @> CAST(:at AS date)
    ) AS post ON true
)
