-- Marks on buildings that had passed to another meanwhile, as both sides are told of them.
-- Binds: worker_id or null; grid_ids of the grids looked after today; since date.
SELECT
    v.id,
    v.day,
    v.building_code,
    b.name,
    b.number,
    b.address,
    c.name AS courtyard,
    v.outcome,
    v.households,
    coalesce(w.name, v.made_by) AS marked_by,
    now_grid.code AS now_grid,
    v.worker_id IS NOT DISTINCT FROM CAST(:worker_id AS bigint) AND v.worker_id IS NOT NULL AS mine
FROM visit AS v
JOIN building AS b ON b.code = v.building_code
JOIN grid AS now_grid ON now_grid.id = v.now_grid_id
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
LEFT JOIN worker AS w ON w.id = v.worker_id
WHERE v.now_grid_id IS NOT NULL
  AND v.counts
  AND v.day >= CAST(:since AS date)
  AND (v.worker_id = CAST(:worker_id AS bigint) OR v.now_grid_id = ANY(CAST(:grid_ids AS bigint[])))
ORDER BY v.marked_at DESC
LIMIT 50
