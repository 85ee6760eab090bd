-- One vector tile of the published grids that hold on a day, with how their posts stand on it.
-- A holder is told as one of eight classes, which serve to tell colours and name nobody.
-- Binds: z, x, y tile address; at date; tier base or micro; pixel_deg degrees, width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
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
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
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
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND period.valid @> CAST(:at AS date)
      AND (g.kind = 'micro') = (:tier = 'micro')
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'grids', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
