-- The handover list of a publication: every building or stairwell whose grid changes.
-- Parameters: publication_id; plan_id; before_id, the plan that stood until now, or null.
-- Buildings that vanished with the old ground have no grid to go to, new ones none to come from.
INSERT INTO handover (publication_id, unit_id, building_code, households, from_grid_id, to_grid_id)
SELECT :publication_id,
       coalesce(new.unit_id, old.unit_id),
       coalesce(new.building_code, old.building_code),
       coalesce(new.households, old.households),
       old.grid_id,
       new.grid_id
FROM (
    SELECT unit.unit_id, unit.building_code, unit.households, grid_period.grid_id
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    LEFT JOIN grid_period USING (plan_id, grid_no)
    WHERE assignment.plan_id = :plan_id AND unit.kind <> 'ground'
) AS new
FULL JOIN (
    SELECT unit.unit_id, unit.building_code, unit.households, grid_period.grid_id
    FROM assignment
    JOIN unit USING (ground_id, unit_no)
    LEFT JOIN grid_period USING (plan_id, grid_no)
    WHERE assignment.plan_id = CAST(:before_id AS bigint) AND unit.kind <> 'ground'
) AS old USING (unit_id)
WHERE old.grid_id IS DISTINCT FROM new.grid_id
