-- The handover list of one published plan: which building or stairwell passes from which grid
-- to which, and the posts on both sides. No names and no telephone numbers of staff.
-- Binds: plan_id; after unit of the last row of the page before; row_limit.
SELECT
    h.unit_id,
    h.building_code,
    b.name AS building_name,
    b.address,
    h.households,
    lower(pub.valid) AS on_day,
    old.code AS from_grid,
    new.code AS to_grid,
    givers.posts AS from_posts,
    takers.posts AS to_posts
FROM publication AS pub
JOIN handover AS h ON h.publication_id = pub.id
LEFT JOIN building AS b ON b.code = h.building_code
LEFT JOIN grid AS old ON old.id = h.from_grid_id
LEFT JOIN grid AS new ON new.id = h.to_grid_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(post.code ORDER BY post.code), '{}') AS posts
    FROM post
    WHERE post.grid_id = h.from_grid_id AND post.worker_id IS NOT NULL
      AND post.valid @> CAST(lower(pub.valid) - 1 AS date)
) AS givers
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(post.code ORDER BY post.code), '{}') AS posts
    FROM post
    WHERE post.grid_id = h.to_grid_id AND post.worker_id IS NOT NULL
      AND post.valid @> lower(pub.valid)
) AS takers
WHERE pub.plan_id = :plan_id AND h.unit_id > :after
ORDER BY h.unit_id
LIMIT :row_limit
