-- Write down that things of a layer are retired today.
-- Parameters: layer, codes text[], run_id (the import that retired them), today date.
INSERT INTO retirement (layer, code, retired_on, retired_by_run)
SELECT :layer, code, CAST(:today AS date), :run_id
FROM unnest(CAST(:codes AS text[])) AS gone (code)
