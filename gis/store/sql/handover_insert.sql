-- The handover list of a publication: every building or stairwell whose grid changes.
-- Parameters: publication_id; plan_id; before_id, the plan that stood until now, or null.
-- Buildings that vanished with the old ground have no grid to go to, new ones none to come from.
-- The stairwells of a building that was whole come from its grid; those of one that is whole now
-- go to it.
INSERT INTO handover (publication_id, unit_id, building_code, households, from_grid_id, to_grid_id)
WITH new AS (
    SELECT unit.unit_id, unit.building_code, unit.kind, unit.households, grid_period.grid_id
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    LEFT JOIN grid_period USING (plan_id, grid_no)
    WHERE assignment.plan_id = :plan_id AND unit.kind <> 'ground'
), old AS (
    SELECT unit.unit_id, unit.building_code, unit.kind, unit.households, grid_period.grid_id
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    LEFT JOIN grid_period USING (plan_id, grid_no)
    WHERE assignment.plan_id = CAST(:before_id AS bigint) AND unit.kind <> 'ground'
), parted AS (
    SELECT building_code FROM new WHERE kind = 'stairwell'
    INTERSECT
    SELECT building_code FROM old WHERE kind = 'building'
), joined AS (
    SELECT building_code FROM new WHERE kind = 'building'
    INTERSECT
    SELECT building_code FROM old WHERE kind = 'stairwell'
), passed AS (
    SELECT coalesce(new.unit_id, old.unit_id) AS unit_id,
           coalesce(new.building_code, old.building_code) AS building_code,
           coalesce(new.households, old.households) AS households,
           old.grid_id AS from_grid_id,
           new.grid_id AS to_grid_id
    FROM (SELECT * FROM new WHERE building_code NOT IN (
        SELECT building_code FROM parted UNION ALL SELECT building_code FROM joined)) AS new
    FULL JOIN (SELECT * FROM old WHERE building_code NOT IN (
        SELECT building_code FROM parted UNION ALL SELECT building_code FROM joined)) AS old
        USING (unit_id)
    UNION ALL
    SELECT new.unit_id, new.building_code, new.households, old.grid_id, new.grid_id
    FROM new JOIN parted USING (building_code) JOIN old USING (building_code)
    UNION ALL
    SELECT old.unit_id, old.building_code, old.households, old.grid_id, new.grid_id
    FROM old JOIN joined USING (building_code) JOIN new USING (building_code)
)
SELECT :publication_id, unit_id, building_code, households, from_grid_id, to_grid_id
FROM passed
WHERE from_grid_id IS DISTINCT FROM to_grid_id
