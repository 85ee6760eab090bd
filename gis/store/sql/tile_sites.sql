-- Suggested places for a kind.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- profile, kind; at date and communities text[] or null: all: places in them.
-- ground geometry or null: what touches it.
SELECT t.id, t.kind, t.rank, t.place, t.households_gained, -t.rank AS weight, t.geom
FROM site AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND t.profile = :profile
  AND t.kind = :kind
  AND (CAST(:ground AS geometry) IS NULL OR ST_Intersects(t.geom, CAST(:ground AS geometry)))
  AND (CAST(:communities AS text[]) IS NULL OR EXISTS (
      SELECT FROM area AS a
      WHERE a.code = ANY (:communities) AND a.valid @> CAST(:at AS date)
        AND ST_Intersects(a.geom, t.geom)))
