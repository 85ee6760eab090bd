-- How many staged rows were new and how many changed.
SELECT count(*) FILTER (WHERE state = 'added') AS added,
       count(*) FILTER (WHERE state <> 'added') AS changed
FROM pg_temp.staged_change
