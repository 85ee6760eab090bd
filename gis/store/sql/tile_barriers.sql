-- Barriers.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; communities text[] or null: all: barriers that touch them; kind or null.
-- ground geometry or null: what touches it.
SELECT t.id, t.code, t.name, t.kind, ST_Length(t.geom) AS weight, t.geom
FROM barrier AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'barriers' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:ground AS geometry) IS NULL OR ST_Intersects(t.geom, CAST(:ground AS geometry)))
  AND (CAST(:communities AS text[]) IS NULL OR EXISTS (
      SELECT FROM area AS a
      WHERE a.code = ANY (:communities) AND a.valid @> CAST(:at AS date)
        AND ST_Intersects(a.geom, t.geom)))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
