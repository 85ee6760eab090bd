-- The borders of a plan's ground in the order of their numbers.
-- Binds: plan_id. right is -1 outside the community; length_m in metres; line as WKB, EPSG:4326.
SELECT
    b.left_unit AS "left",
    coalesce(b.right_unit, -1) AS "right",
    b.length_m,
    b.runs_along,
    b.passage,
    ST_AsBinary(b.geom) AS geometry
FROM plan AS p
JOIN border AS b ON b.ground_id = p.ground_id
WHERE p.id = :plan_id
ORDER BY b.border_no
