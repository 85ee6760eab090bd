-- Communities as they stood on a day.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; communities text[] or null: all.
SELECT t.id, t.code, t.name, ST_Area(t.geom) AS weight, t.geom
FROM area AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.level = 'community'
  AND t.valid @> CAST(:at AS date)
  AND (CAST(:communities AS text[]) IS NULL OR t.code = ANY (:communities))
