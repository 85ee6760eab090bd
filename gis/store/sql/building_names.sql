-- What people call some buildings, and the courtyard each stands in.
-- Bind: codes (text array). No geometry.
SELECT b.code, coalesce(b.name, b.address, b.number) AS name, c.name AS courtyard
FROM building AS b
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
WHERE b.code = ANY(:codes)
