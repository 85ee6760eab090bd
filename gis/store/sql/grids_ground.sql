-- Buildings and stairwells of some grids on a day, as staff_ground.sql tells those of a worker.
-- Binds: codes; at date.
WITH standing AS MATERIALIZED (
    SELECT identity.code AS grid_code, period.plan_id, period.grid_no
    FROM grid AS identity
    CROSS JOIN LATERAL (
        SELECT plan_id, grid_no FROM grid_period
        WHERE grid_period.grid_id = identity.id AND valid @> CAST(:at AS date)
        OFFSET 0
    ) AS period
    WHERE identity.code = ANY(CAST(:codes AS text[]))
)
SELECT DISTINCT
    u.building_code,
    CASE WHEN u.kind = 'stairwell' THEN u.unit_id END AS stairwell_code,
    standing.grid_code
FROM standing
JOIN assignment AS a ON a.plan_id = standing.plan_id AND a.grid_no = standing.grid_no
JOIN unit AS u ON u.ground_id = a.ground_id AND u.unit_no = a.unit_no
WHERE u.building_code IS NOT NULL
