-- Buildings merged: a courtyard stands for its buildings, a box for those without courtyard
-- whose middles lie in one square of the lattice, 16 by 16 on a tile.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- tile_west, tile_south, tile_east, tile_north: the tile itself; at date; near, whole: see `tile_rows`.
SELECT
    -- Even for courtyards, odd for squares: the two are counted apart.
    2 * yard.id AS id,
    CAST(NULL AS text) AS code,
    yard.name,
    CAST(NULL AS text) AS number,
    yard.code AS courtyard,
    whole.households,
    whole.estimated,
    CAST(NULL AS integer) AS floors,
    whole.buildings,
    whole.households AS weight,
    yard.geom,
    yard.clearance
FROM courtyard AS yard
CROSS JOIN LATERAL (
    SELECT
        sum(t.households) AS households,
        bool_or(t.households_estimated) AS estimated,
        count(*) AS buildings
    FROM building AS t
    WHERE t.courtyard_code = yard.code
      AND (t.retired_on IS NULL OR t.retired_on > :at)
      AND t.code <> ALL (ARRAY(
          SELECT away.code FROM retirement AS away
          WHERE away.layer = 'buildings' AND away.retired_on <= :at AND away.returned_on > :at))
      AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
          OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
) AS whole
WHERE yard.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND whole.buildings > 0
UNION ALL
SELECT
    2 * min(t.id) + 1,
    CASE WHEN count(*) = 1 THEN min(t.code) END,
    CASE WHEN count(*) = 1 THEN min(t.name) END,
    NULL,
    NULL,
    sum(t.households),
    bool_or(t.households_estimated),
    NULL,
    count(*),
    sum(t.households),
    ST_SetSRID(CAST(ST_Extent(t.geom) AS geometry), 4326),
    -- Of a box its shorter side.
    least(
        ST_XMax(ST_Extent(t.geom)) - ST_XMin(ST_Extent(t.geom)),
        ST_YMax(ST_Extent(t.geom)) - ST_YMin(ST_Extent(t.geom)))
FROM building AS t
CROSS JOIN LATERAL (
    SELECT
        (ST_XMin(t.geom) + ST_XMax(t.geom)) / 2 AS lon,
        (ST_YMin(t.geom) + ST_YMax(t.geom)) / 2 AS lat
    -- Reckoned once for each building, not wherever it is named.
    OFFSET 0
) AS middle
WHERE t.courtyard_code IS NULL
  AND t.geom && ST_MakeEnvelope(:tile_west, :tile_south, :tile_east, :tile_north, 4326)
  AND middle.lon >= :tile_west AND middle.lon < :tile_east
  AND middle.lat > :tile_south AND middle.lat <= :tile_north
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'buildings' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
GROUP BY
    floor((middle.lon - :tile_west) / (:tile_east - :tile_west) * 16),
    floor((:tile_north - middle.lat) / (:tile_north - :tile_south) * 16)
