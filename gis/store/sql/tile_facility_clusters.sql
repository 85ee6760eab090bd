-- Facilities merged: one point for those of a kind that lie in one square of the lattice,
-- 16 by 16 on a tile. It stands in their middle.
-- Binds: west, south, east, north: the tile and its margin in degrees;
-- tile_west, tile_south, tile_east, tile_north: the tile itself; at date; near, whole: see `tile_rows`;
-- kind or null.
SELECT
    min(t.id) AS id,
    CASE WHEN count(*) = 1 THEN min(t.code) END AS code,
    CASE WHEN count(*) = 1 THEN min(t.name) END AS name,
    t.kind,
    bool_and(t.idle) AS idle,
    count(*) AS facilities,
    count(*) AS weight,
    -- Means of whole numbers: those of floats depend on the order in which rows are read.
    ST_SetSRID(ST_MakePoint(
        avg(CAST(ST_X(t.geom) * 1e9 AS bigint)) / 1e9, avg(CAST(ST_Y(t.geom) * 1e9 AS bigint)) / 1e9
    ), 4326) AS geom
FROM facility AS t
WHERE t.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND ST_X(t.geom) >= :tile_west AND ST_X(t.geom) < :tile_east
  AND ST_Y(t.geom) > :tile_south AND ST_Y(t.geom) <= :tile_north
  AND (t.retired_on IS NULL OR t.retired_on > :at)
  AND t.code <> ALL (ARRAY(
      SELECT away.code FROM retirement AS away
      WHERE away.layer = 'facilities' AND away.retired_on <= :at AND away.returned_on > :at))
  AND (CAST(:whole AS text) IS NULL OR t.community_code = ANY (CAST(:near AS text[]))
      OR t.community_code IN (SELECT unnest(CAST(current_setting(:whole) AS text[]))))
  AND (CAST(:kind AS text) IS NULL OR t.kind = :kind)
GROUP BY
    t.kind,
    floor((ST_X(t.geom) - :tile_west) / (:tile_east - :tile_west) * 16),
    floor((:tile_north - ST_Y(t.geom)) / (:tile_north - :tile_south) * 16)
