-- Units of a plan, each with the grid code it stands in under the plan before.
-- Parameters: plan_id; before_id, the plan that stands now, or null. SRID 4326.
-- A building or stairwell is followed by its id; one that was not divided before, or is not any
-- more, by its building (the grid with most of its households, then the lowest code); other ground by the old cell its inner point lies in,
-- because ground blocks are numbered anew with each ground. Same ground: by unit_no.
WITH mine AS (
    SELECT unit.unit_no, assignment.grid_no, unit.kind, unit.households, unit.unit_id,
           unit.building_code, unit.ground_id, unit.geom
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    WHERE assignment.plan_id = :plan_id AND assignment.grid_no IS NOT NULL
), old AS (
    SELECT unit.unit_no, unit.unit_id, unit.building_code, unit.households, unit.kind,
           unit.ground_id, unit.geom, plan_grid.code
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    JOIN plan_grid USING (plan_id, grid_no)
    WHERE assignment.plan_id = CAST(:before_id AS bigint)
), housed AS (
    SELECT DISTINCT ON (shared.building_code) shared.building_code, shared.code
    FROM (
        SELECT building_code, code, sum(households) AS households
        FROM old WHERE building_code IS NOT NULL GROUP BY building_code, code
    ) AS shared
    ORDER BY shared.building_code, shared.households DESC, shared.code
)
SELECT mine.unit_no, mine.grid_no, mine.kind, mine.households,
       coalesce(old.code, housed.code) AS from_code
FROM mine
LEFT JOIN old ON old.kind <> 'ground' AND old.unit_id = mine.unit_id
LEFT JOIN housed ON housed.building_code = mine.building_code
WHERE mine.kind <> 'ground'
UNION ALL
SELECT mine.unit_no, mine.grid_no, mine.kind, mine.households, under.code
FROM mine
LEFT JOIN LATERAL (
    SELECT old.code
    FROM old
    WHERE CASE WHEN old.ground_id = mine.ground_id THEN old.unit_no = mine.unit_no
               ELSE ST_Intersects(old.geom, ST_PointOnSurface(mine.geom)) END
    ORDER BY old.unit_no
    LIMIT 1
) AS under ON true
WHERE mine.kind = 'ground'
ORDER BY unit_no
