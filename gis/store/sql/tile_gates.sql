-- Gates; they lie where their courtyards do.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; communities text[] or null: all.
SELECT t.id, t.code, t.name, t.courtyard_code AS courtyard, -t.id AS weight, t.geom
FROM gate AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'gates' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:communities AS text[]) IS NULL OR t.courtyard_code IN (
      SELECT yard.code FROM courtyard AS yard WHERE yard.community_code = ANY (:communities)))
