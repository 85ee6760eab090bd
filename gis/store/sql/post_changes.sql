-- Which staged posts are new or differ from what holds today. Parameter: today date.
-- A post with one subject, now and before, is compared with its last period whatever its subject
-- was; of a post with several each subject is compared with its own. A change begins on the date
-- the file names when that is later than the period's first day, else today; a file that repeats
-- that first day corrects the period. begins: first day of a period to insert.
-- state: added, in_place (the period is corrected, or ends on another day), anew (it began
-- before), gone (the post no longer has that subject).
CREATE TEMPORARY TABLE staged_change ON COMMIT DROP AS
WITH wanted AS MATERIALIZED (
    SELECT
        x.post_id AS code, x.grid_id, x.subject_kind, x.subject_code, x.area_code, s.role,
        w.id AS worker_id, d.id AS deputy_id, s.since, s.until,
        coalesce(string_to_array(s.tags, ','), '{}') AS tags,
        count(*) OVER (PARTITION BY x.post_id) = 1 AND (
            SELECT count(*) FROM post AS p
            WHERE p.code = x.post_id AND NOT isempty(p.valid)
              AND (upper_inf(p.valid) OR upper(p.valid) > CAST(:today AS date))
        ) <= 1 AS alone
    FROM pg_temp.staged_subject AS x
    JOIN pg_temp.staged AS s USING (row_no)
    LEFT JOIN worker AS w ON w.code = s.worker_id
    LEFT JOIN worker AS d ON d.code = s.deputy_id
),
compared AS MATERIALIZED (
    SELECT
        n.*,
        l.id AS last_id,
        lower(l.valid) AS was_from,
        upper(l.valid) AS was_until,
        upper(l.valid) <= CAST(:today AS date) AS ended,
        l.id IS NOT NULL AND (l.role, l.subject_kind, l.tags) = (n.role, n.subject_kind, n.tags)
            AND l.grid_id IS NOT DISTINCT FROM n.grid_id
            AND l.subject_code IS NOT DISTINCT FROM n.subject_code
            AND l.worker_id IS NOT DISTINCT FROM n.worker_id
            AND l.deputy_id IS NOT DISTINCT FROM n.deputy_id AS same,
        CASE WHEN l.id IS NULL THEN coalesce(n.since, CAST(:today AS date))
             WHEN n.since > lower(l.valid) THEN n.since
             ELSE CAST(:today AS date) END AS change_day
    FROM wanted AS n
    LEFT JOIN LATERAL (
        SELECT p.* FROM post AS p
        WHERE p.code = n.code AND NOT isempty(p.valid)
          AND (n.alone OR (p.grid_id IS NOT DISTINCT FROM n.grid_id
                           AND p.subject_code IS NOT DISTINCT FROM n.subject_code))
        ORDER BY lower(p.valid) DESC, p.id DESC
        LIMIT 1
    ) AS l ON true
),
decided AS (
    SELECT
        c.*,
        CASE WHEN c.last_id IS NULL THEN 'added'
             WHEN c.same AND c.was_until IS NOT DISTINCT FROM c.until THEN NULL
             WHEN c.ended AND c.until <= CAST(:today AS date) AND c.since IS DISTINCT FROM c.was_from
                 AND c.since < c.was_until THEN NULL
             WHEN c.ended AND NOT (c.until <= CAST(:today AS date) AND c.since = c.was_from) THEN 'added'
             WHEN c.same OR c.change_day <= c.was_from OR c.since = c.was_from THEN 'in_place'
             WHEN c.until <= c.change_day THEN NULL
             ELSE 'anew' END AS state,
        CASE WHEN c.last_id IS NULL THEN c.change_day
             WHEN c.ended THEN greatest(coalesce(c.since, CAST(:today AS date)), c.was_until)
             ELSE c.change_day END AS begins
    FROM compared AS c
)
SELECT
    code, grid_id, subject_kind, subject_code, area_code, role, tags, worker_id, deputy_id,
    last_id, begins, until, state
FROM decided
WHERE state IS NOT NULL AND (until IS NULL OR until > begins OR state = 'in_place')
UNION ALL
SELECT
    p.code, p.grid_id, p.subject_kind, p.subject_code, p.area_code, p.role, p.tags, p.worker_id,
    p.deputy_id, p.id, CAST(:today AS date), NULL, 'gone'
FROM post AS p
WHERE p.code IN (SELECT code FROM wanted WHERE NOT alone)
  AND NOT isempty(p.valid) AND (upper_inf(p.valid) OR upper(p.valid) > CAST(:today AS date))
  AND NOT EXISTS (
      SELECT 1 FROM wanted AS n
      WHERE n.code = p.code AND n.grid_id IS NOT DISTINCT FROM p.grid_id
        AND n.subject_code IS NOT DISTINCT FROM p.subject_code
  )
