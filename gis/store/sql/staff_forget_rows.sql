-- Rows of rosters that are settled, or that wait since before a day, hold names and phones for
-- nothing: empty them. Binds: before date. Returns how many.
WITH emptied AS (
    UPDATE import_row AS r
    SET "values" = '{}', faults = '[]',
        state = CASE r.state WHEN 'waiting' THEN 'dropped' ELSE r.state END
    FROM import_run AS run
    WHERE run.id = r.run_id AND run.layer = 'posts' AND r."values" <> '{}'
      AND (r.state <> 'waiting' OR CAST(run.started_at AT TIME ZONE 'Asia/Shanghai' AS date) <= CAST(:before AS date))
    RETURNING 1
)
SELECT count(*) FROM emptied
