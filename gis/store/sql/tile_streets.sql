-- Streets: arterials first, streets from zoom 12, lanes and footpaths from zoom 14 on.
-- Binds: z zoom; west, south, east, north: the tile and its margin in degrees;
-- at date; communities text[] or null: all; streets that touch them.
-- ground geometry or null: what touches it.
SELECT
    t.id,
    t.code,
    t.name,
    t.street_class AS class,
    t.bridge,
    t.tunnel,
    ST_Length(t.geom) * (CASE t.street_class WHEN 'arterial' THEN 100 WHEN 'street' THEN 10 ELSE 1 END)
        AS weight,
    t.geom
FROM street AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (:z >= 14 OR t.street_class = 'arterial' OR :z >= 12 AND t.street_class = 'street')
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'streets' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:ground AS geometry) IS NULL OR ST_Intersects(t.geom, CAST(:ground AS geometry)))
  AND (CAST(:communities AS text[]) IS NULL OR EXISTS (
      SELECT FROM area AS a
      WHERE a.code = ANY (:communities) AND a.valid @> CAST(:at AS date)
        AND ST_Intersects(a.geom, t.geom)))
