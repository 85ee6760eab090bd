-- End the posts of retired grids on the day the grids end; posts still to come never begin.
-- Parameters: codes text[], day.
UPDATE post
SET valid = CASE WHEN lower(post.valid) < :day THEN daterange(lower(post.valid), :day)
                 ELSE CAST('empty' AS daterange) END
FROM grid
WHERE post.grid_id = grid.id AND grid.code = ANY (CAST(:codes AS text[]))
  AND (upper_inf(post.valid) OR upper(post.valid) > :day)
