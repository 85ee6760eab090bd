-- The units of a plan's ground in the order of their numbers, with the grid each is in.
-- Binds: plan_id. x, y: a place well inside the cell, degrees, EPSG:4326. Counts are households
-- of the ground; elders those of the whole building, today's.
SELECT
    u.unit_id,
    u.kind,
    u.building_code,
    coalesce(building.name, building.number) AS name,
    u.courtyard_code,
    u.courtyard_kind,
    u.households,
    u.households_estimated,
    u.weights,
    building.elders,
    building.floors,
    ST_X(inside.point) AS x,
    ST_Y(inside.point) AS y,
    s.grid_no
FROM plan AS p
JOIN unit AS u ON u.ground_id = p.ground_id
JOIN assignment AS s ON s.plan_id = p.id AND s.unit_no = u.unit_no
LEFT JOIN building ON building.code = u.building_code
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(u.geom) AS point) AS inside
WHERE p.id = :plan_id
ORDER BY u.unit_no
