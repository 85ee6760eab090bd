-- A point in a building, and the nearest gate of its courtyard. Binds: building code. EPSG:4326.
SELECT ST_X(spot.point) AS lon, ST_Y(spot.point) AS lat, way.name AS gate
FROM building AS b
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geom) AS point) AS spot
LEFT JOIN LATERAL (
    SELECT g.name
    FROM gate AS g
    WHERE g.courtyard_code = b.courtyard_code AND g.retired_on IS NULL
    ORDER BY ST_DistanceSphere(g.geom, spot.point), g.code
    LIMIT 1
) AS way ON true
WHERE b.code = :building
