-- A building by its code, or the one whose footprint holds a point, as it stands on a day.
-- Binds: building (code) or null; lon, lat in degrees (EPSG:4326) or null; at date.
SELECT
    b.code, b.name, b.number, b.address, b.community_code, c.name AS courtyard,
    ST_X(ST_PointOnSurface(b.geom)) AS lon, ST_Y(ST_PointOnSurface(b.geom)) AS lat
FROM building AS b
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
WHERE (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
  AND b.code = coalesce(CAST(:building AS text), (
      SELECT min(h.code) FROM building AS h
      WHERE ST_Intersects(h.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
        AND (h.retired_on IS NULL OR h.retired_on > CAST(:at AS date))
  ))
