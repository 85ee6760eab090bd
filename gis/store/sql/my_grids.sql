-- Some grids as they stand on a day, by code. Binds: codes; at date.
SELECT
    identity.id,
    identity.code,
    g.name,
    identity.kind,
    identity.community_code,
    community.name AS community,
    g.plan_id,
    g.grid_no,
    lower(period.valid) AS since
FROM grid AS identity
CROSS JOIN LATERAL (
    -- OFFSET 0: looked up by the grid, not by the day.
    SELECT * FROM grid_period
    WHERE grid_period.grid_id = identity.id AND grid_period.valid @> CAST(:at AS date)
    OFFSET 0
) AS period
JOIN plan_grid AS g ON g.plan_id = period.plan_id AND g.grid_no = period.grid_no
LEFT JOIN area AS community
    ON community.code = identity.community_code AND community.valid @> CAST(:at AS date)
WHERE identity.code = ANY(CAST(:codes AS text[]))
ORDER BY identity.code
