-- What of the layer courtyard touches some grids. Binds: plan_ids and grid_nos, side by side. EPSG:4326.
SELECT t.code, max(t.name) AS name, ST_AsBinary((array_agg(t.geom))[1]) AS geom
FROM unnest(CAST(:plan_ids AS bigint[]), CAST(:grid_nos AS integer[])) AS m (plan_id, grid_no)
JOIN plan_grid AS g ON g.plan_id = m.plan_id AND g.grid_no = m.grid_no
JOIN courtyard AS t ON t.geom && ST_Expand(g.geom, 0.001) AND ST_DWithin(t.geom, g.geom, 0.0003)
WHERE t.retired_on IS NULL
GROUP BY t.code
ORDER BY t.code
