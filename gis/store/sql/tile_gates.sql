-- One vector tile of gates of courtyards.
-- Binds: z, x, y tile address; at date.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.code,
        t.name,
        t.courtyard_code AS courtyard,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM gate AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND (t.retired_on IS NULL OR t.retired_on > :at)
)
SELECT ST_AsMVT(shown, 'gates', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
