-- The buildings and stairwells of a plan with the grid each is in (null: in none), in the order of
-- grid, courtyard and number. Counts are those the plan was drawn with.
-- Bind: plan_id. Households as integers; geom is the footprint as WKB, EPSG:4326.
SELECT
    s.grid_no,
    u.unit_id,
    u.kind,
    u.building_code,
    b.name AS building_name,
    b.number AS building_number,
    b.address,
    u.courtyard_code,
    c.name AS courtyard_name,
    u.households,
    u.households_estimated,
    ST_AsBinary(b.geom) AS geom
FROM plan AS p
JOIN unit AS u ON u.ground_id = p.ground_id AND u.kind <> 'ground'
LEFT JOIN assignment AS s ON s.plan_id = p.id AND s.unit_no = u.unit_no
LEFT JOIN building AS b ON b.code = u.building_code
LEFT JOIN courtyard AS c ON c.code = u.courtyard_code
WHERE p.id = :plan_id
ORDER BY
    s.grid_no NULLS LAST, c.name NULLS LAST, u.courtyard_code,
    nullif(substring(b.number FROM '[0-9]+'), '')::numeric NULLS LAST, b.name, u.unit_id
