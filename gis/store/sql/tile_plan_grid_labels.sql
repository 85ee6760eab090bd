-- One vector tile of where the grids of one plan are named: a point inside each, which lies on
-- one tile alone. A feature's id is the grid's number.
-- Binds: z, x, y tile address; plan_id; pixel_deg degrees, width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.grid_no AS id,
        t.plan_id AS plan,
        t.grid_no,
        t.code,
        t.name,
        t.kind,
        p.community_code AS community,
        t.households,
        EXISTS (
            SELECT FROM assignment AS s
            JOIN unit AS u ON u.ground_id = s.ground_id AND u.unit_no = s.unit_no
            WHERE s.plan_id = t.plan_id AND s.grid_no = t.grid_no AND u.households_estimated
        ) AS estimated,
        t.load,
        t.load > 1 AS over_cap,
        ST_AsMVTGeom(
            ST_Transform(ST_PointOnSurface(t.geom), 3857), ST_TileEnvelope(:z, :x, :y), 4096, 0, true
        ) AS geom
    FROM plan_grid AS t
    JOIN plan AS p ON p.id = t.plan_id
    WHERE t.plan_id = :plan_id
      AND t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'grid_labels', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
