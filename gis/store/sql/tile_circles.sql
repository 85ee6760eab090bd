-- Service circles: of one facility, or of all of a kind together.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- profile, kind; speed metres a second; facility code or null; at date and
-- communities text[] or null: all: circles that touch them.
SELECT
    t.id,
    t.kind,
    t.facility_code AS facility,
    t.cutoff_s / 60.0::float8 AS minutes,
    t.speed_m_s AS speed,
    ST_Area(t.geom) AS weight,
    t.geom
FROM circle AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.profile = :profile
  AND t.kind = :kind
  AND t.facility_code IS NOT DISTINCT FROM :facility
  AND t.speed_m_s = :speed
  AND (CAST(:communities AS text[]) IS NULL OR EXISTS (
      SELECT FROM area AS a
      WHERE a.code = ANY (:communities) AND a.valid @> CAST(:at AS date)
        AND ST_Intersects(a.geom, t.geom)))
