-- Courtyards.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; near, whole: see `tile_rows`; kind or null.
SELECT t.id, t.code, t.name, t.kind, t.walled, ST_Area(t.geom) AS weight, t.geom, t.clearance
FROM courtyard AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'courtyards' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
