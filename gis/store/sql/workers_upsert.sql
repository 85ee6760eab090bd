-- Store the workers whom the staged posts name. Parameter: run_id.
INSERT INTO worker (code, name, phone, run_id)
SELECT DISTINCT ON (worker_id) worker_id, coalesce(worker_name, worker_id), worker_phone, :run_id
FROM pg_temp.staged
WHERE worker_id IS NOT NULL
ORDER BY worker_id, row_no
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, phone = excluded.phone, run_id = excluded.run_id, changed_at = now(),
    retired_on = NULL
WHERE (worker.name, worker.phone) IS DISTINCT FROM (excluded.name, excluded.phone)
   OR worker.retired_on IS NOT NULL
