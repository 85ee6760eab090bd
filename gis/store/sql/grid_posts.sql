-- Posts of a plan's grids on a day by role: how many there are and how many nobody holds. No names.
-- Binds: plan_id; at date.
SELECT
    g.grid_no,
    post.role,
    count(*) AS posts,
    count(*) FILTER (WHERE post.worker_id IS NULL) AS vacant
FROM plan_grid AS g
JOIN grid AS identity ON identity.code = g.code
JOIN post ON post.grid_id = identity.id AND post.valid @> CAST(:at AS date)
WHERE g.plan_id = :plan_id
GROUP BY g.grid_no, post.role
ORDER BY g.grid_no, post.role DESC
