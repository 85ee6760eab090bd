-- Write down that things of a layer are retired today.
-- Parameters: layer, codes text[], run_id (the import that retired them).
INSERT INTO retirement (layer, code, retired_on, retired_by_run)
SELECT :layer, code, current_date, :run_id
FROM unnest(CAST(:codes AS text[])) AS gone (code)
