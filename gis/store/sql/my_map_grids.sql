-- Outlines of some grids. Binds: plan_ids and grid_nos, side by side. EPSG:4326.
SELECT g.code, g.name, ST_AsBinary(ST_SimplifyPreserveTopology(g.geom, 0.00001)) AS geom
FROM unnest(CAST(:plan_ids AS bigint[]), CAST(:grid_nos AS integer[])) AS m (plan_id, grid_no)
JOIN plan_grid AS g ON g.plan_id = m.plan_id AND g.grid_no = m.grid_no
WHERE g.geom IS NOT NULL
ORDER BY g.code
