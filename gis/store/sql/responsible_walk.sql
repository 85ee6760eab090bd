-- Facilities that are nearest to a building on foot, one of each kind, by the stored walk.
-- Binds: building (code); at date; most. metres: along the network.
SELECT r.kind, f.code, f.name, CAST(r.metres AS double precision) AS metres
FROM reach AS r
JOIN facility AS f ON f.code = r.facility_code
    AND (f.retired_on IS NULL OR f.retired_on > CAST(:at AS date))
WHERE r.profile = 'default' AND r.building_code = :building AND r.metres IS NOT NULL
ORDER BY r.metres, r.kind
LIMIT :most
