-- One vector tile of gaps: ground whose households miss a kind within the cutoff.
-- Binds: z, x, y tile address; profile, kind; speed metres a second; cutoff_s seconds.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.kind,
        t.rank,
        t.community_code AS community,
        t.households,
        t.buildings,
        t.households_estimated > 0 AS estimated,
        t.cutoff_s / 60.0::float8 AS minutes,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM service_gap AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND t.profile = :profile
      AND t.kind = :kind
      AND t.speed_m_s = :speed
      AND t.cutoff_s = :cutoff_s
)
SELECT ST_AsMVT(shown, 'gaps', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
