-- What of a plan's units may change, in the order of their numbers: the names and elders of their
-- buildings as they are today, and the grid each is in (-1: none). Binds: plan_id.
SELECT
    coalesce(building.name, building.number) AS name,
    building.elders,
    coalesce(s.grid_no, -1) AS grid_no
FROM assignment AS s
JOIN unit AS u ON u.ground_id = s.ground_id AND u.unit_no = s.unit_no
LEFT JOIN building ON building.code = u.building_code
WHERE s.plan_id = :plan_id
ORDER BY s.unit_no
