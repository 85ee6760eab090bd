-- Begin an open period for posts that are new or were closed. A post that returns begins after
-- its last period. Parameter: run_id.
INSERT INTO post (code, grid_id, role, worker_id, valid, run_id)
SELECT c.code, c.grid_id, c.role, c.worker_id,
       daterange(greatest(c.since, (SELECT max(upper(p.valid)) FROM post AS p
                                    WHERE p.code = c.code)), NULL),
       :run_id
FROM pg_temp.staged_change AS c
WHERE c.state <> 'in_place'
