-- One vector tile of barriers.
-- Binds: z, x, y tile address; at date; pixel_deg degrees, width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.code,
        t.name,
        t.kind,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM barrier AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND (t.retired_on IS NULL OR t.retired_on > :at)
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'barriers', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
