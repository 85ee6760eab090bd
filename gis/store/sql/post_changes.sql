-- Which staged posts are new or differ from what holds today. No parameters.
-- A change begins on the date the file names when that is later than the open period's first
-- day, else today; a file that repeats that first day corrects the period. State as in
-- area_changes.sql.
CREATE TEMPORARY TABLE staged_change ON COMMIT DROP AS
SELECT s.post_id AS code,
       g.id AS grid_id,
       w.id AS worker_id,
       s.role,
       n.since,
       CASE WHEN p.id IS NULL THEN 'added'
            WHEN n.since <= lower(p.valid) OR s.since = lower(p.valid) THEN 'in_place'
            ELSE 'anew' END AS state
FROM pg_temp.staged AS s
JOIN grid AS g ON g.code = s.grid_code
LEFT JOIN worker AS w ON w.code = s.worker_id
LEFT JOIN post AS p ON p.code = s.post_id AND upper_inf(p.valid)
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.since IS NULL OR s.since <= lower(p.valid) THEN current_date
                ELSE s.since END AS since
) AS n
WHERE p.id IS NULL
   OR (p.grid_id, p.role) IS DISTINCT FROM (g.id, s.role)
   OR p.worker_id IS DISTINCT FROM w.id
