-- End the posts of retired grids on the day the grids end; posts still to come never begin.
-- Parameters: codes text[], day. Returns id, period before and period after of each.
WITH held AS (
    SELECT post.id, post.valid
    FROM post JOIN grid ON grid.id = post.grid_id
    WHERE grid.code = ANY (CAST(:codes AS text[]))
      AND (upper_inf(post.valid) OR upper(post.valid) > :day)
    FOR UPDATE OF post
)
UPDATE post
SET valid = CASE WHEN lower(held.valid) < :day THEN daterange(lower(held.valid), :day)
                 ELSE CAST('empty' AS daterange) END
FROM held
WHERE post.id = held.id
RETURNING post.id, CAST(held.valid AS text), CAST(post.valid AS text)
