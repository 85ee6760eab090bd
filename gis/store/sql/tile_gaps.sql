-- Gaps: ground whose households miss a kind within the cutoff.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- profile, kind; speed metres a second; cutoff_s seconds; near, whole: see `tile_rows`.
SELECT
    t.id,
    t.kind,
    t.rank,
    t.community_code AS community,
    t.households,
    t.buildings,
    t.households_estimated > 0 AS estimated,
    t.cutoff_s / 60.0::float8 AS minutes,
    t.households AS weight,
    t.geom
FROM service_gap AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.profile = :profile
  AND t.kind = :kind
  AND t.speed_m_s = :speed
  AND t.cutoff_s = :cutoff_s
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
