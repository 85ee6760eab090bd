-- One vector tile of the cells of a plan's ground, each with the grid it is in (absent: none).
-- Binds: z, x, y tile address; plan_id; pixel_deg degrees, width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.unit_no AS id,
        t.unit_id AS unit,
        t.kind,
        t.building_code AS building,
        t.courtyard_code AS courtyard,
        t.households,
        a.grid_no,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM plan AS p
    JOIN unit AS t ON t.ground_id = p.ground_id
    LEFT JOIN assignment AS a ON a.plan_id = p.id AND a.unit_no = t.unit_no
    WHERE p.id = :plan_id
      AND t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'cells', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
