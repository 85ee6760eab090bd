-- Posts that a worker holds, or is deputy of, on a day; a post with several grids has a row each.
-- Binds: worker (code); at date.
SELECT
    post.code,
    post.role,
    post.tags,
    post.subject_kind,
    coalesce(post.subject_code, grid.code) AS subject_code,
    coalesce(post.area_code, grid.community_code) AS area_code,
    shown.name AS grid_name,
    post.worker_id IS DISTINCT FROM worker.id AS as_deputy,
    lower(post.valid) AS since,
    upper(post.valid) AS until
FROM worker
JOIN post ON worker.id IN (post.worker_id, post.deputy_id) AND post.valid @> CAST(:at AS date)
LEFT JOIN grid ON grid.id = post.grid_id
LEFT JOIN grid_period AS period
    ON period.grid_id = grid.id AND period.valid @> CAST(:at AS date)
LEFT JOIN plan_grid AS shown USING (plan_id, grid_no)
WHERE worker.code = :worker
ORDER BY as_deputy, subject_kind, subject_code, post.code
