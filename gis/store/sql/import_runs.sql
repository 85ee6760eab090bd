-- Import runs with the number of rows that wait, newest first.
-- Parameter: run_id (one run) or null (all).
SELECT r.id, r.started_at, r.layer, r.source, r.options, r.counts,
       (SELECT count(*) FROM import_row AS w WHERE w.run_id = r.id AND w.state = 'waiting') AS waiting
FROM import_run AS r
WHERE r.id = coalesce(CAST(:run_id AS bigint), r.id)
ORDER BY r.id DESC
