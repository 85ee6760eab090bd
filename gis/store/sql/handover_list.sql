-- The handover list of a published plan: what passes from which grid and people to which.
-- Parameter: plan_id. People are those who hold a post in the old grid on the day before, and
-- in the new grid on the day itself.
SELECT handover.building_code AS building_id,
       building.name AS building,
       building.address,
       handover.unit_id,
       handover.households,
       giver.code AS from_grid,
       taker.code AS to_grid,
       from_people.names AS from_whom,
       to_people.names AS to_whom,
       lower(publication.valid) AS day
FROM publication
JOIN handover ON handover.publication_id = publication.id
JOIN building ON building.code = handover.building_code
LEFT JOIN grid AS giver ON giver.id = handover.from_grid_id
LEFT JOIN grid AS taker ON taker.id = handover.to_grid_id
LEFT JOIN LATERAL (
    SELECT string_agg(worker.name, '、' ORDER BY worker.name) AS names
    FROM post JOIN worker ON worker.id = post.worker_id
    WHERE post.grid_id = giver.id AND post.valid @> lower(publication.valid) - 1
) AS from_people ON true
LEFT JOIN LATERAL (
    SELECT string_agg(worker.name, '、' ORDER BY worker.name) AS names
    FROM post JOIN worker ON worker.id = post.worker_id
    WHERE post.grid_id = taker.id AND post.valid @> lower(publication.valid)
) AS to_people ON true
WHERE publication.plan_id = :plan_id
ORDER BY giver.code NULLS FIRST, taker.code NULLS LAST, handover.building_code, handover.unit_id
