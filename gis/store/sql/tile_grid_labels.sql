-- Where the published grids that hold on a day are named: a point inside each, which lies on
-- one tile alone, while the grid itself may lie on several.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; tier base or micro; near, whole: see `tile_rows`; kind or null.
SELECT
    g.id,
    t.plan_id AS plan,
    t.grid_no,
    g.code,
    t.name,
    t.kind,
    g.community_code AS community,
    t.households,
    t.load,
    t.load > 1 AS over_cap,
    staff.posts,
    staff.posts - staff.held AS vacancies,
    EXISTS (
        SELECT FROM assignment AS s
        JOIN unit AS u ON u.ground_id = s.ground_id AND u.unit_no = s.unit_no
        WHERE s.plan_id = t.plan_id AND s.grid_no = t.grid_no AND u.households_estimated
    ) AS estimated,
    t.households AS weight,
    ST_PointOnSurface(t.geom) AS geom
FROM plan_grid AS t
JOIN grid_period AS period USING (plan_id, grid_no)
JOIN grid AS g ON g.id = period.grid_id
CROSS JOIN LATERAL (
    SELECT
        count(*) AS posts,
        count(post.worker_id) AS held
    FROM post
    WHERE post.grid_id = g.id AND post.valid @> CAST(:at AS date)
) AS staff
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND period.valid @> CAST(:at AS date)
  AND (g.kind = 'micro') = (:tier = 'micro')
  AND (CAST(:whole AS text) IS NULL OR g.community_code = ANY (CAST(:near AS text[]))
      OR g.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
-- So that the point is looked for once, not wherever it is asked for.
OFFSET 0
