-- Store the workers and deputies whom the staged posts name: the first name and phone that the
-- file gives each. A worker whose data were erased and who is named again is known again.
-- Parameter: run_id.
INSERT INTO worker (code, name, phone, run_id)
SELECT
    code,
    coalesce((array_agg(name ORDER BY row_no) FILTER (WHERE name IS NOT NULL))[1], code),
    (array_agg(phone ORDER BY row_no) FILTER (WHERE phone IS NOT NULL))[1],
    :run_id
FROM (
    SELECT row_no, worker_id AS code, worker_name AS name, worker_phone AS phone
    FROM pg_temp.staged
    UNION ALL
    SELECT row_no, deputy_id, deputy_name, deputy_phone
    FROM pg_temp.staged
) AS person
WHERE code IS NOT NULL
GROUP BY code
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, phone = excluded.phone, run_id = excluded.run_id, changed_at = now(),
    retired_on = NULL, erased_on = NULL
WHERE (worker.name, worker.phone) IS DISTINCT FROM (excluded.name, excluded.phone)
   OR worker.retired_on IS NOT NULL
