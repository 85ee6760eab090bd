-- Who works around a grid on a day: posts of the grid, then of the community it lies in and of the
-- areas above. Vacant posts are among them, with no person. Binds: grid (code); at date.
WITH RECURSIVE asked AS (
    SELECT id, code, community_code FROM grid WHERE code = :grid
),
above AS (
    SELECT area.code, area.parent_code, 1 AS step
    FROM asked
    JOIN area ON area.code = asked.community_code AND area.valid @> CAST(:at AS date)
    UNION ALL
    SELECT area.code, area.parent_code, above.step + 1
    FROM above
    JOIN area ON area.code = above.parent_code AND area.valid @> CAST(:at AS date)
    WHERE above.step < 8
),
posts AS (
    SELECT post.*, asked.code AS subject, 0 AS step
    FROM asked JOIN post ON post.grid_id = asked.id
    UNION ALL
    SELECT post.*, above.code, above.step
    FROM above JOIN post ON post.subject_code = above.code
        AND post.subject_kind IN ('county', 'subdistrict', 'community')
)
SELECT
    posts.code,
    posts.role,
    posts.tags,
    posts.subject_kind,
    posts.subject,
    worker.code AS worker,
    worker.name,
    worker.phone,
    deputy.code AS deputy,
    deputy.name AS deputy_name,
    deputy.phone AS deputy_phone
FROM posts
LEFT JOIN worker ON worker.id = posts.worker_id
LEFT JOIN worker AS deputy ON deputy.id = posts.deputy_id
WHERE posts.valid @> CAST(:at AS date)
ORDER BY posts.step, posts.role, posts.code
