-- A published grid by its code on a day. Binds: grid (code); at date.
SELECT i.code, g.name, i.kind, i.community_code, 0.0 AS metres
FROM grid AS i
JOIN grid_period AS p ON p.grid_id = i.id AND p.valid @> CAST(:at AS date)
JOIN plan_grid AS g ON g.plan_id = p.plan_id AND g.grid_no = p.grid_no
WHERE i.code = :grid
