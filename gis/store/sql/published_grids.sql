-- The published grids that hold on a day, in the order of their codes.
-- Binds: at date; seen text[] codes of the communities seen, null for all; community, code or null; after code of the last grid of the page before;
-- tier base (base and special grids) or micro; west, south, east, north degrees or all null; row_limit.
-- load = households / cap, 1 is exactly full; area_m2 on the spheroid; geom as WKB, EPSG:4326.
SELECT
    g.grid_no,
    identity.code,
    g.name,
    g.kind,
    g.households,
    g.load,
    g.load > 1 AS over_cap,
    g.flags,
    g.plan_id,
    identity.community_code,
    lower(period.valid) AS valid_from,
    upper(period.valid) AS valid_to,
    ST_Area(CAST(g.geom AS geography)) AS area_m2,
    ST_AsBinary(g.geom) AS geom
FROM grid AS identity
JOIN grid_period AS period ON period.grid_id = identity.id AND period.valid @> CAST(:at AS date)
JOIN plan_grid AS g ON g.plan_id = period.plan_id AND g.grid_no = period.grid_no
WHERE identity.code > :after
  AND (identity.kind = 'micro') = (:tier = 'micro')
  AND (CAST(:code AS text) IS NULL OR identity.code = :code)
  AND (CAST(:seen AS text[]) IS NULL OR identity.community_code = ANY(CAST(:seen AS text[])))
  AND (CAST(:community AS text) IS NULL OR identity.community_code = :community)
  AND (
      CAST(:west AS float) IS NULL
      OR g.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  )
ORDER BY identity.code
LIMIT :row_limit
