-- Courtyards.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; communities text[] or null: all; kind or null.
SELECT t.id, t.code, t.name, t.kind, t.walled, ST_Area(t.geom) AS weight, t.geom
FROM courtyard AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'courtyards' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:communities AS text[]) IS NULL OR t.community_code = ANY (:communities))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
