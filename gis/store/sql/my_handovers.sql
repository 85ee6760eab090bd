-- What publications give to a worker and take from them, newest first.
-- Binds: worker_id; since date: first days before it are left out.
-- What passes between two grids of the worker's own is neither gained nor lost. A worker's grids
-- are those of the day before where they give, and of the first day where they take; as a holder
-- or as a deputy.
WITH mine AS MATERIALIZED (
    -- Read once: row security is asked for each row of a post that is looked at.
    SELECT post.grid_id, post.valid FROM post
    WHERE CAST(:worker_id AS bigint) IN (post.worker_id, post.deputy_id)
      AND post.grid_id IS NOT NULL
),
concerned AS (
    SELECT DISTINCT identity.community_code
    FROM mine
    JOIN grid AS identity ON identity.id = mine.grid_id
    WHERE coalesce(upper(mine.valid), 'infinity') >= CAST(:since AS date)
),
told AS (
    SELECT
        p.id,
        p.plan_id,
        p.community_code,
        lower(p.valid) AS day,
        h.unit_id,
        h.building_code,
        h.households,
        giver.grid_id IS NOT NULL AS mine_before,
        taker.grid_id IS NOT NULL AS mine_after
    FROM concerned
    JOIN publication AS p
        ON p.community_code = concerned.community_code AND lower(p.valid) >= CAST(:since AS date)
    JOIN handover AS h ON h.publication_id = p.id
    LEFT JOIN LATERAL (
        SELECT mine.grid_id FROM mine
        WHERE mine.grid_id = h.from_grid_id AND mine.valid @> CAST(lower(p.valid) - 1 AS date)
        LIMIT 1
    ) AS giver ON true
    LEFT JOIN LATERAL (
        SELECT mine.grid_id FROM mine
        WHERE mine.grid_id = h.to_grid_id AND mine.valid @> lower(p.valid)
        LIMIT 1
    ) AS taker ON true
)
SELECT
    told.id,
    told.plan_id,
    told.community_code,
    told.day,
    count(DISTINCT told.building_code) FILTER (WHERE told.mine_after) AS gained,
    coalesce(sum(told.households) FILTER (WHERE told.mine_after), 0) AS households_gained,
    count(DISTINCT told.building_code) FILTER (WHERE told.mine_before) AS lost,
    coalesce(sum(told.households) FILTER (WHERE told.mine_before), 0) AS households_lost,
    receipt.confirmed_at
FROM told
LEFT JOIN handover_receipt AS receipt
    ON receipt.publication_id = told.id AND receipt.worker_id = :worker_id
WHERE told.mine_before <> told.mine_after
GROUP BY told.id, told.plan_id, told.community_code, told.day, receipt.confirmed_at
ORDER BY told.day DESC, told.id DESC
