-- End the open period of areas that changed, on the day the next one begins.
UPDATE area AS a
SET valid = daterange(lower(a.valid), c.since)
FROM pg_temp.staged_change AS c
WHERE a.code = c.code AND upper_inf(a.valid) AND c.state = 'anew'
