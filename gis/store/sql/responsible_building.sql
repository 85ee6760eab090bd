-- A building by its code, as it stands on a day. Binds: building (code); at date.
SELECT b.code, b.name, b.number, b.address, b.community_code, c.name AS courtyard
FROM building AS b
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
WHERE b.code = :building AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
