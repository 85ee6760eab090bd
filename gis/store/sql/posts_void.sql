-- Posts of grids that will never stand never begin. Parameter: grid_ids bigint[].
-- Returns the codes of posts that are left without a period to come.
WITH void AS (
    UPDATE post SET valid = CAST('empty' AS daterange)
    WHERE post.grid_id = ANY (CAST(:grid_ids AS bigint[])) AND NOT isempty(post.valid)
    RETURNING post.code
)
SELECT DISTINCT code FROM void ORDER BY code
