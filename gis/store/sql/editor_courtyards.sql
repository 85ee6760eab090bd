-- The courtyards that units of a plan's ground lie in, by code. Binds: plan_id.
SELECT courtyard.code, courtyard.name, courtyard.kind, courtyard.walled, courtyard.managed
FROM courtyard
WHERE courtyard.code IN (
    SELECT u.courtyard_code
    FROM plan AS p
    JOIN unit AS u ON u.ground_id = p.ground_id
    WHERE p.id = :plan_id AND u.courtyard_code IS NOT NULL
)
ORDER BY courtyard.code
