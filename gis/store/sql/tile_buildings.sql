-- Buildings one by one; counts of groups of people never leave the database here.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; near, whole: see `tile_rows`.
SELECT
    t.id,
    t.code,
    t.name,
    t.number,
    t.courtyard_code AS courtyard,
    t.households,
    t.households_estimated AS estimated,
    t.floors,
    CAST(NULL AS bigint) AS buildings,
    t.households AS weight,
    t.geom,
    t.clearance
FROM building AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'buildings' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
