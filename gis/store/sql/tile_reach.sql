-- Buildings with the walk to the nearest facility of a kind.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- at date; profile, kind; speed metres a second; near, whole: see `tile_rows`;
-- seen text[] or null: codes of the communities whose facilities are named.
SELECT
    t.id,
    t.code,
    t.name,
    t.households,
    t.households_estimated AS estimated,
    r.kind,
    f.code AS facility,
    f.name AS facility_name,
    round(r.metres::numeric)::integer AS metres,
    -- Rounded up to tenths: 15.04 minutes must not read as 15 and look reached.
    ceil(r.metres / :speed / 6)::float8 / 10 AS minutes,
    r.reason,
    t.households AS weight,
    t.geom
FROM building AS t
JOIN reach AS r ON r.profile = :profile AND r.building_code = t.code AND r.kind = :kind
LEFT JOIN facility AS f
    ON f.code = r.facility_code
    AND (CAST(:seen AS text[]) IS NULL OR f.community_code = ANY (CAST(:seen AS text[])))
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'buildings' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
