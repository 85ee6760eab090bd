-- The base or special grid nearest to a point on a day, in metres over the ground; of several as
-- near as each other the lowest code. Binds: lon, lat in degrees (EPSG:4326); at date.
-- What is nearest in degrees bounds what can be nearest in metres.
WITH spot AS (
    SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom
),
first AS MATERIALIZED (
    SELECT ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) + 1 AS metres
    FROM spot CROSS JOIN LATERAL (
        SELECT g.geom
        FROM plan_grid AS g
        JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
            AND p.valid @> CAST(:at AS date)
        JOIN grid AS i ON i.id = p.grid_id AND i.kind <> 'micro'
        ORDER BY g.geom <-> spot.geom
        LIMIT 1
    ) AS g
)
SELECT i.code, g.name, i.kind, i.community_code,
       ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) AS metres
FROM spot
CROSS JOIN first
JOIN plan_grid AS g ON g.geom && ST_Expand(
    spot.geom, first.metres / (111320 * greatest(cos(radians(:lat)), 0.01)), first.metres / 110570)
JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
    AND p.valid @> CAST(:at AS date)
JOIN grid AS i ON i.id = p.grid_id AND i.kind <> 'micro'
ORDER BY round(CAST(ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) AS numeric), 2),
         i.code
LIMIT 1
