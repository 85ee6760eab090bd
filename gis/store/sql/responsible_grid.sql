-- Grids that hold a point on a day: base or special first, then the micro grid; on a border the one
-- with the lowest code. Binds: lon, lat in degrees (EPSG:4326); at date.
SELECT i.code, g.name, i.kind, i.community_code, 0.0 AS metres
FROM plan_grid AS g
JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
    AND p.valid @> CAST(:at AS date)
JOIN grid AS i ON i.id = p.grid_id
WHERE ST_Intersects(g.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
ORDER BY i.kind = 'micro', i.code
