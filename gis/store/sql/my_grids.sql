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
JOIN grid_period AS period ON period.grid_id = identity.id AND period.valid @> CAST(:at AS date)
JOIN plan_grid AS g ON g.plan_id = period.plan_id AND g.grid_no = period.grid_no
LEFT JOIN area AS community
    ON community.code = identity.community_code AND community.valid @> CAST(:at AS date)
WHERE identity.code = ANY(CAST(:codes AS text[]))
ORDER BY identity.code
