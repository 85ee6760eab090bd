-- Where the grids of one plan are named: a point inside each, which lies on one tile alone.
-- A feature's id is the grid's number.
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
    EXISTS (
        SELECT FROM assignment AS s
        JOIN unit AS u ON u.ground_id = s.ground_id AND u.unit_no = s.unit_no
        WHERE s.plan_id = t.plan_id AND s.grid_no = t.grid_no AND u.households_estimated
    ) AS estimated,
    t.households AS weight,
    ST_PointOnSurface(t.geom) AS geom
FROM plan_grid AS t
JOIN plan AS p ON p.id = t.plan_id
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.plan_id = :plan_id
  AND (CAST(:whole AS text) IS NULL OR p.community_code = ANY (CAST(:near AS text[]))
      OR p.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
-- So that the point is looked for once, not wherever it is asked for.
OFFSET 0
