-- The buildings and stairwells that one publication gives to a worker, holder of a post or deputy,
-- or takes from them.
-- Binds: worker_id; publication_id; row_limit.
-- The other side is told by grid and by those who hold its posts.
SELECT
    taker.grid_id IS NOT NULL AS gained,
    h.unit_id,
    h.building_code,
    b.name,
    b.number,
    b.address,
    c.name AS courtyard,
    h.households,
    other.code AS other_grid,
    people.names AS other_people
FROM publication AS p
JOIN handover AS h ON h.publication_id = p.id
JOIN building AS b ON b.code = h.building_code
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
LEFT JOIN LATERAL (
    SELECT post.grid_id FROM post
    WHERE post.grid_id = h.from_grid_id
      AND CAST(:worker_id AS bigint) IN (post.worker_id, post.deputy_id)
      AND post.valid @> CAST(lower(p.valid) - 1 AS date)
    LIMIT 1
) AS giver ON true
LEFT JOIN LATERAL (
    SELECT post.grid_id FROM post
    WHERE post.grid_id = h.to_grid_id
      AND CAST(:worker_id AS bigint) IN (post.worker_id, post.deputy_id)
      AND post.valid @> lower(p.valid)
    LIMIT 1
) AS taker ON true
LEFT JOIN grid AS other
    ON other.id = CASE WHEN taker.grid_id IS NULL THEN h.to_grid_id ELSE h.from_grid_id END
LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT w.name, '、' ORDER BY w.name) AS names
    FROM post JOIN worker AS w ON w.id = post.worker_id
    WHERE post.grid_id = other.id
      AND post.valid @> CAST(
          lower(p.valid) - CASE WHEN taker.grid_id IS NULL THEN 0 ELSE 1 END AS date)
) AS people ON true
WHERE p.id = :publication_id
  AND (giver.grid_id IS NULL) <> (taker.grid_id IS NULL)
ORDER BY gained DESC, c.name, h.building_code, h.unit_id
LIMIT :row_limit
