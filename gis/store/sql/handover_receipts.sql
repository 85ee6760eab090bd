-- Whom the publications of a community concern, what they gain and lose, and who has confirmed it.
-- Deputies of a post are concerned like its holder.
-- Binds: community code; since date: first days before it are left out.
WITH sides AS (
    SELECT p.id, lower(p.valid) AS day, h.unit_id, h.building_code, h.households, person.worker_id,
           true AS gained
    FROM publication AS p
    JOIN handover AS h ON h.publication_id = p.id
    JOIN post ON post.grid_id = h.to_grid_id AND post.valid @> lower(p.valid)
    CROSS JOIN LATERAL unnest(ARRAY[post.worker_id, post.deputy_id]) AS person (worker_id)
    WHERE person.worker_id IS NOT NULL
        AND p.community_code = :community AND lower(p.valid) >= CAST(:since AS date)
    UNION
    SELECT p.id, lower(p.valid), h.unit_id, h.building_code, h.households, person.worker_id, false
    FROM publication AS p
    JOIN handover AS h ON h.publication_id = p.id
    JOIN post ON post.grid_id = h.from_grid_id
        AND post.valid @> CAST(lower(p.valid) - 1 AS date)
    CROSS JOIN LATERAL unnest(ARRAY[post.worker_id, post.deputy_id]) AS person (worker_id)
    WHERE person.worker_id IS NOT NULL
        AND p.community_code = :community AND lower(p.valid) >= CAST(:since AS date)
),
passed AS (
    SELECT id, day, unit_id, building_code, households, worker_id, bool_or(gained) AS gained
    FROM sides
    GROUP BY id, day, unit_id, building_code, households, worker_id
    HAVING count(*) = 1
)
SELECT
    passed.id,
    publication.plan_id,
    passed.day,
    w.code AS worker_code,
    w.name AS worker,
    count(DISTINCT passed.building_code) FILTER (WHERE passed.gained) AS gained,
    coalesce(sum(passed.households) FILTER (WHERE passed.gained), 0) AS households_gained,
    count(DISTINCT passed.building_code) FILTER (WHERE NOT passed.gained) AS lost,
    coalesce(sum(passed.households) FILTER (WHERE NOT passed.gained), 0) AS households_lost,
    receipt.confirmed_at
FROM passed
JOIN publication ON publication.id = passed.id
JOIN worker AS w ON w.id = passed.worker_id
LEFT JOIN handover_receipt AS receipt
    ON receipt.publication_id = passed.id AND receipt.worker_id = passed.worker_id
GROUP BY passed.id, publication.plan_id, passed.day, w.id, w.code, w.name, receipt.confirmed_at
ORDER BY passed.day DESC, passed.id DESC, receipt.confirmed_at NULLS FIRST, w.name, w.code
