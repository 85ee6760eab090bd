-- Correct the last period of posts. Parameter: run_id.
UPDATE post AS p
SET grid_id = c.grid_id, subject_kind = c.subject_kind, subject_code = c.subject_code,
    area_code = c.area_code, role = c.role, tags = c.tags, worker_id = c.worker_id,
    deputy_id = c.deputy_id, run_id = :run_id,
    valid = CASE WHEN c.until IS NULL OR c.until > lower(p.valid)
                 THEN daterange(lower(p.valid), c.until) ELSE p.valid END
FROM pg_temp.staged_change AS c
WHERE p.id = c.last_id AND c.state = 'in_place'
