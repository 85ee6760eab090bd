-- The grids of one plan, whatever its state. A feature's id is its number.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- plan_id; near, whole: see `tile_rows`; kind or null.
SELECT
    t.grid_no AS id,
    t.plan_id AS plan,
    t.grid_no,
    t.code,
    t.name,
    t.kind,
    p.community_code AS community,
    t.households,
    t.load,
    t.load > 1 AS over_cap,
    CAST(NULL AS bigint) AS posts,
    CAST(NULL AS bigint) AS vacancies,
    CAST(NULL AS bigint) AS holder_class,
    t.households AS weight,
    t.geom AS geom
FROM plan_grid AS t
JOIN plan AS p ON p.id = t.plan_id
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.plan_id = :plan_id
  AND (CAST(:whole AS text) IS NULL OR p.community_code = ANY (CAST(:near AS text[]))
      OR p.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
