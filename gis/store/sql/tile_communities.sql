-- Communities as they stood on a day.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; near, whole: see `tile_rows`.
SELECT t.id, t.code, t.name, ST_Area(t.geom) AS weight, t.geom
FROM area AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.level = 'community'
  AND t.valid @> CAST(:at AS date)
  AND (CAST(:whole AS text) IS NULL OR t.code = ANY (CAST(:near AS text[]))
      OR t.code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
