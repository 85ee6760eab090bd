-- Done marks of a month in the grids of a community, by grid and worker.
-- Binds: community code; at date; month_begin and month_end dates, the end open.
-- A place's households met in the month add up over its days, at most to all of them.
WITH standing AS (
    SELECT identity.id, identity.code, g.name, g.plan_id, g.grid_no
    FROM grid AS identity
    JOIN grid_period AS period
        ON period.grid_id = identity.id AND period.valid @> CAST(:at AS date)
    JOIN plan_grid AS g ON g.plan_id = period.plan_id AND g.grid_no = period.grid_no
    WHERE identity.community_code = :community
),
stock AS (
    SELECT standing.id, count(DISTINCT u.building_code) AS buildings, sum(u.households) AS households
    FROM standing
    JOIN assignment AS a ON a.plan_id = standing.plan_id AND a.grid_no = standing.grid_no
    JOIN unit AS u ON u.ground_id = a.ground_id AND u.unit_no = a.unit_no
    WHERE u.building_code IS NOT NULL
    GROUP BY standing.id
),
met AS (
    SELECT
        v.grid_id,
        v.worker_id,
        v.building_code,
        least(sum(v.households), max(b.households)) AS households,
        bool_or(v.outcome = 'seen') AS seen,
        bool_or(v.outcome = 'absent') AS absent,
        bool_or(v.outcome = 'locked') AS locked
    FROM visit AS v
    JOIN building AS b ON b.code = v.building_code
    WHERE v.grid_id IN (SELECT standing.id FROM standing)
      AND v.counts
      AND v.day >= CAST(:month_begin AS date)
      AND v.day < CAST(:month_end AS date)
    GROUP BY v.grid_id, v.worker_id, v.building_code
),
done AS (
    SELECT
        grid_id,
        worker_id,
        sum(households) AS met_households,
        count(*) FILTER (WHERE seen) AS met_buildings,
        count(*) FILTER (WHERE absent AND NOT seen) AS absent,
        count(*) FILTER (WHERE locked AND NOT seen) AS locked
    FROM met
    GROUP BY grid_id, worker_id
),
people AS (
    SELECT DISTINCT post.grid_id, post.worker_id
    FROM post
    WHERE post.grid_id IN (SELECT standing.id FROM standing)
      AND post.worker_id IS NOT NULL
      AND post.valid && daterange(CAST(:month_begin AS date), CAST(:month_end AS date))
    UNION
    SELECT done.grid_id, done.worker_id FROM done
)
SELECT
    standing.code,
    standing.name,
    coalesce(stock.buildings, 0) AS buildings,
    coalesce(stock.households, 0) AS households,
    w.code AS worker_code,
    w.name AS worker,
    coalesce(done.met_households, 0) AS met_households,
    coalesce(done.met_buildings, 0) AS met_buildings,
    coalesce(done.absent, 0) AS absent,
    coalesce(done.locked, 0) AS locked
FROM standing
LEFT JOIN stock ON stock.id = standing.id
LEFT JOIN people ON people.grid_id = standing.id
LEFT JOIN worker AS w ON w.id = people.worker_id
LEFT JOIN done
    ON done.grid_id = people.grid_id AND done.worker_id IS NOT DISTINCT FROM people.worker_id
ORDER BY standing.code, w.name, w.code
