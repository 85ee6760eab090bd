-- Buildings and stairwells of some grids on a day, as staff_ground.sql tells those of a worker.
-- Binds: codes; at date.
SELECT DISTINCT
    u.building_code,
    CASE WHEN u.kind = 'stairwell' THEN u.unit_id END AS stairwell_code,
    identity.code AS grid_code
FROM grid AS identity
JOIN grid_period AS period ON period.grid_id = identity.id AND period.valid @> CAST(:at AS date)
JOIN assignment AS a ON a.plan_id = period.plan_id AND a.grid_no = period.grid_no
JOIN unit AS u ON u.ground_id = a.ground_id AND u.unit_no = a.unit_no
WHERE identity.code = ANY(CAST(:codes AS text[])) AND u.building_code IS NOT NULL
