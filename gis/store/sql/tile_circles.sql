-- Service circles: of one facility, or of all of a kind together.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- profile, kind; speed metres a second; facility code or null; at date and
-- communities text[] or null: all: circles that touch them;
-- seen text[] or null: codes of the communities whose facilities are seen; ground geometry or null:
-- circles of a kind are cut to it.
SELECT
    t.id,
    t.kind,
    t.facility_code AS facility,
    t.cutoff_s / 60.0::float8 AS minutes,
    t.speed_m_s AS speed,
    ST_Area(t.geom) AS weight,
    CASE
        WHEN CAST(:ground AS geometry) IS NULL OR t.facility_code IS NOT NULL THEN t.geom
        ELSE ST_CollectionExtract(ST_Intersection(t.geom, CAST(:ground AS geometry)), 3)
    END AS geom
FROM circle AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.profile = :profile
  AND t.kind = :kind
  AND t.facility_code IS NOT DISTINCT FROM :facility
  AND t.speed_m_s = :speed
  AND (CAST(:seen AS text[]) IS NULL OR t.facility_code IS NULL OR EXISTS (
      SELECT FROM facility AS f
      WHERE f.code = t.facility_code AND f.community_code = ANY (CAST(:seen AS text[]))))
  AND (CAST(:ground AS geometry) IS NULL OR t.facility_code IS NOT NULL
      OR ST_Intersects(t.geom, CAST(:ground AS geometry)))
  AND (CAST(:communities AS text[]) IS NULL OR EXISTS (
      SELECT FROM area AS a
      WHERE a.code = ANY (:communities) AND a.valid @> CAST(:at AS date)
        AND ST_Intersects(a.geom, t.geom)))
