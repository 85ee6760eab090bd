-- The gaps of one kind with most households in some communities.
-- Binds: communities codes; profile; kind; speed metres a second; cutoff_s seconds; at date;
-- row_limit. The box around a gap in degrees (EPSG:4326).
SELECT
    gap.id,
    gap.community_code,
    a.name AS community_name,
    gap.households,
    gap.households_estimated,
    gap.buildings,
    gap.reasons,
    ST_XMin(gap.geom) AS west,
    ST_YMin(gap.geom) AS south,
    ST_XMax(gap.geom) AS east,
    ST_YMax(gap.geom) AS north
FROM service_gap AS gap
LEFT JOIN area AS a ON a.code = gap.community_code AND a.valid @> CAST(:at AS date)
WHERE gap.community_code = ANY(:communities)
  AND gap.profile = :profile
  AND gap.kind = :kind
  AND gap.speed_m_s = :speed
  AND gap.cutoff_s = :cutoff_s
ORDER BY gap.households DESC, gap.id
LIMIT :row_limit
