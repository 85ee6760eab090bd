-- End the open period of posts that changed, on the day the next one begins.
UPDATE post AS p
SET valid = daterange(lower(p.valid), c.since)
FROM pg_temp.staged_change AS c
WHERE p.code = c.code AND upper_inf(p.valid) AND c.state = 'anew'
