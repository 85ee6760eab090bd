-- Seats that nobody fills on a day, subject by subject: what the team template of an area asks for
-- and how many hold it, one row for each subject and role.
-- Binds: area (code, with all below it) or null: everywhere; at date; after (area, level, role and
-- code of the last row seen, as a JSON array) or null; most rows.
-- grid: the base or special grid in which a building or stairwell is.
SELECT
    page.area, page.area_name, page.level, page.role, page.code, page.name, page.needed,
    page.posts, page.held, page.gap,
    CASE WHEN page.level = 'grid' THEN page.code ELSE place.grid END AS grid
FROM (
    SELECT * FROM filled
    WHERE gap > 0
      AND (CAST(:after AS jsonb) IS NULL OR (area, level, role, code) > (
          CAST(:after AS jsonb) ->> 0, CAST(:after AS jsonb) ->> 1,
          CAST(:after AS jsonb) ->> 2, CAST(:after AS jsonb) ->> 3))
    ORDER BY area, level, role, code
    LIMIT :most
) AS page
LEFT JOIN LATERAL (
    SELECT grid.code AS grid
    FROM unit
    JOIN plan ON plan.ground_id = unit.ground_id
    JOIN assignment AS a ON a.plan_id = plan.id AND a.unit_no = unit.unit_no
    JOIN grid_period AS period
        ON period.plan_id = a.plan_id AND period.grid_no = a.grid_no
        AND period.valid @> CAST(:at AS date)
    JOIN grid ON grid.id = period.grid_id AND grid.kind <> 'micro'
    WHERE unit.building_code = page.building
    ORDER BY (unit.unit_id = page.code) DESC NULLS LAST, unit.unit_no
    LIMIT 1
) AS place ON page.building IS NOT NULL
ORDER BY page.area, page.level, page.role, page.code
