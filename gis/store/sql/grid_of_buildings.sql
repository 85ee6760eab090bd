-- Building and the code of the base or special grid it is in today.
-- Binds: community code; today date.
SELECT DISTINCT ON (u.building_code) u.building_code, g.code
FROM publication AS p
JOIN assignment AS a ON a.plan_id = p.plan_id
JOIN unit AS u ON u.ground_id = a.ground_id AND u.unit_no = a.unit_no
JOIN grid_period AS gp
    ON gp.plan_id = a.plan_id AND gp.grid_no = a.grid_no AND gp.valid @> CAST(:today AS date)
JOIN grid AS g ON g.id = gp.grid_id
WHERE p.community_code = :community
  AND p.tier = 'base'
  AND p.valid @> CAST(:today AS date)
  AND u.building_code IS NOT NULL
ORDER BY u.building_code, u.unit_no
