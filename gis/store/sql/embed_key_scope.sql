-- A key with the codes it covers: its area and every area that lies below it on a day.
-- Binds: digest, SHA-256 of the key; on date.
WITH RECURSIVE known AS (
    SELECT id, area_code, layers, origins, contact, expires_at, revoked_at
    FROM embed_key
    WHERE digest = :digest
),
covered (code) AS (
    SELECT area_code FROM known
    UNION
    SELECT area.code
    FROM area
    JOIN covered ON area.parent_code = covered.code
    WHERE area.valid @> CAST(:on AS date)
)
SELECT known.*, ARRAY(SELECT code FROM covered ORDER BY code) AS codes
FROM known
