-- End the period of posts that changed on the day the next one begins, and of subjects that a post
-- no longer has.
UPDATE post AS p
SET valid = daterange(lower(p.valid), greatest(lower(p.valid),
                                              least(c.begins, upper(p.valid))))
FROM pg_temp.staged_change AS c
WHERE p.id = c.last_id AND c.state IN ('anew', 'gone')
