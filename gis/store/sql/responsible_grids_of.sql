-- Grids that hold a building, or stairwells of it, on a day: base or special first.
-- Binds: building (code); at date.
SELECT DISTINCT i.kind = 'micro' AS is_micro, i.code, g.name, i.kind, i.community_code, 0.0 AS metres
FROM unit
JOIN plan ON plan.ground_id = unit.ground_id
JOIN assignment AS a ON a.plan_id = plan.id AND a.unit_no = unit.unit_no
JOIN grid_period AS p ON p.plan_id = a.plan_id AND p.grid_no = a.grid_no
    AND p.valid @> CAST(:at AS date)
JOIN plan_grid AS g ON g.plan_id = p.plan_id AND g.grid_no = p.grid_no
JOIN grid AS i ON i.id = p.grid_id
WHERE unit.building_code = :building
ORDER BY is_micro, i.code
