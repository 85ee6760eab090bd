-- One vector tile of suggested places for a kind.
-- Binds: z, x, y tile address; profile, kind.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.kind,
        t.rank,
        t.place,
        t.households_gained,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM site AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND t.profile = :profile
      AND t.kind = :kind
)
SELECT ST_AsMVT(shown, 'sites', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
