-- Facilities near a point as the crow flies, the nearest of each kind among the nearest fifty.
-- Binds: lon, lat in degrees (EPSG:4326); at date; reach_m; most.
SELECT kind, code, name, metres
FROM (
    SELECT DISTINCT ON (near.kind) near.kind, near.code, near.name, near.metres
    FROM (
        SELECT f.kind, f.code, f.name,
               ST_Distance(CAST(f.geom AS geography),
                           CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography)) AS metres
        FROM facility AS f
        WHERE NOT f.idle AND (f.retired_on IS NULL OR f.retired_on > CAST(:at AS date))
        ORDER BY f.geom <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)
        LIMIT 50
    ) AS near
    WHERE near.metres <= :reach_m
    ORDER BY near.kind, near.metres, near.code
) AS each
ORDER BY metres, kind
LIMIT :most
