-- Begin a period for posts that are new, changed or were closed; one that returns begins after its
-- last period. Parameter: run_id.
INSERT INTO post (code, grid_id, subject_kind, subject_code, area_code, role, tags, worker_id,
                  deputy_id, valid, run_id)
SELECT code, grid_id, subject_kind, subject_code, area_code, role, tags, worker_id, deputy_id,
       daterange(begins, until), :run_id
FROM pg_temp.staged_change
WHERE state IN ('added', 'anew')
