-- Write down that retired things which the staged rows name are back today.
-- Parameters: layer, run_id (the import that brings them back), today date.
UPDATE retirement AS r
SET returned_on = greatest(CAST(:today AS date), r.retired_on), returned_by_run = :run_id
FROM pg_temp.staged AS s
WHERE r.layer = :layer AND r.code = s.code AND r.returned_on IS NULL
