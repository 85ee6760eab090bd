-- The cells of a plan's ground, each with the grid it is in (absent: none).
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- plan_id; near, whole: see `tile_rows`.
SELECT
    t.unit_no AS id,
    t.unit_id AS unit,
    t.kind,
    t.building_code AS building,
    t.courtyard_code AS courtyard,
    t.households,
    a.grid_no,
    t.households AS weight,
    t.geom
FROM plan AS p
JOIN unit AS t ON t.ground_id = p.ground_id
LEFT JOIN assignment AS a ON a.plan_id = p.id AND a.unit_no = t.unit_no
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND p.id = :plan_id
  AND (CAST(:whole AS text) IS NULL OR p.community_code = ANY (CAST(:near AS text[]))
      OR p.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
