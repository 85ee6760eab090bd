-- One vector tile of service circles: of one facility, or of all of a kind together.
-- Binds: z, x, y tile address; profile, kind; speed metres a second; facility code or null.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.kind,
        t.facility_code AS facility,
        t.cutoff_s / 60.0::float8 AS minutes,
        t.speed_m_s AS speed,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM circle AS t
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND t.profile = :profile
      AND t.kind = :kind
      AND t.facility_code IS NOT DISTINCT FROM :facility
      AND t.speed_m_s = :speed
)
-- The wide ones first, so that the narrow ones are painted over them.
SELECT ST_AsMVT(shown, 'circles', 4096, 'geom', 'id' ORDER BY minutes DESC, id)
FROM shown
WHERE geom IS NOT NULL
