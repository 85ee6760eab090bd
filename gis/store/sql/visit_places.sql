-- Households of some buildings and of their stairwells.
-- Binds: buildings, codes.
SELECT b.code AS building_code, NULL AS stairwell, b.households
FROM building AS b
WHERE b.code = ANY(CAST(:buildings AS text[]))
UNION ALL
SELECT s.building_code, s.code, s.households
FROM stairwell AS s
WHERE s.building_code = ANY(CAST(:buildings AS text[]))
