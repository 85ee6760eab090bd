-- Change posts whose open period began on the day of the change. Parameter: run_id.
UPDATE post AS p
SET grid_id = c.grid_id, role = c.role, worker_id = c.worker_id, run_id = :run_id
FROM pg_temp.staged_change AS c
WHERE p.code = c.code AND upper_inf(p.valid) AND c.state = 'in_place'
