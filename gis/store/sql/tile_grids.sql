-- The published grids that hold on a day, with how their posts stand on it.
-- A holder is told as one of eight classes, which serve to tell colours and name nobody.
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
    staff.holder % 8 + 1 AS holder_class,
    t.households AS weight,
    t.geom AS geom
FROM plan_grid AS t
JOIN grid_period AS period USING (plan_id, grid_no)
JOIN grid AS g ON g.id = period.grid_id
CROSS JOIN LATERAL (
    SELECT
        count(*) AS posts,
        count(post.worker_id) AS held,
        coalesce(
            min(post.worker_id) FILTER (WHERE post.role = 'comprehensive'), min(post.worker_id)
        ) AS holder
    FROM post
    WHERE post.grid_id = g.id AND post.valid @> CAST(:at AS date)
) AS staff
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND period.valid @> CAST(:at AS date)
  AND (g.kind = 'micro') = (:tier = 'micro')
  AND (CAST(:whole AS text) IS NULL OR g.community_code = ANY (CAST(:near AS text[]))
      OR g.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
