-- One vector tile of communities, as they stood on a day.
-- Binds: z, x, y tile address; at date; pixel_deg degrees, width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.code,
        t.name,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM area AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND t.level = 'community'
      AND t.valid @> CAST(:at AS date)
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'communities', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
