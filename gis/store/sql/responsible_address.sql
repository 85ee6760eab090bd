-- Buildings that an address may mean, the most exact first, as they stand on a day.
-- Binds: whole (text[]: spellings, the most exact first); at date; most.
SELECT b.code, b.name, b.number, b.address, b.community_code, c.name AS courtyard,
       ST_X(ST_PointOnSurface(b.geom)) AS lon, ST_Y(ST_PointOnSurface(b.geom)) AS lat,
       best.rank
FROM (
    SELECT k.building_code, min(asked.place) AS rank
    FROM unnest(CAST(:whole AS text[])) WITH ORDINALITY AS asked (spelled, place)
    JOIN building_key AS k ON k.key = address_key(asked.spelled)
    GROUP BY k.building_code
) AS best
JOIN building AS b ON b.code = best.building_code
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
WHERE b.retired_on IS NULL OR b.retired_on > CAST(:at AS date)
ORDER BY best.rank, b.code
LIMIT :most
