-- One vector tile of buildings with the walk to the nearest facility of a kind.
-- Binds: z, x, y tile address; at date; profile, kind; speed metres a second; pixel_deg degrees,
-- width of a screen pixel at this zoom.
-- Geometry is stored in EPSG:4326 and drawn in EPSG:3857.
-- ``shown`` is materialised: otherwise the test for null computes ST_AsMVTGeom a second time.
WITH shown AS MATERIALIZED (
    SELECT
        t.id,
        t.code,
        t.name,
        t.households,
        t.households_estimated AS estimated,
        r.kind,
        r.facility_code AS facility,
        f.name AS facility_name,
        round(r.metres::numeric)::integer AS metres,
        -- Rounded up to tenths: 15.04 minutes must not read as 15 and look reached.
        ceil(r.metres / :speed / 6)::float8 / 10 AS minutes,
        r.reason,
        ST_AsMVTGeom(
            ST_Transform(t.geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true
        ) AS geom
    FROM building AS t
    JOIN reach AS r ON r.profile = :profile AND r.building_code = t.code AND r.kind = :kind
    LEFT JOIN facility AS f ON f.code = r.facility_code
    WHERE t.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326)
      AND (t.retired_on IS NULL OR t.retired_on > :at)
      AND greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))
          >= :pixel_deg
)
SELECT ST_AsMVT(shown, 'reach', 4096, 'geom', 'id' ORDER BY id)
FROM shown
WHERE geom IS NOT NULL
