-- Households of each area that reach one kind on foot within one cutoff.
-- Binds: run_id; areas codes; kind; cutoff_s seconds; speed metres a second.
SELECT area_code AS branch, reached, total
FROM coverage_figure
WHERE run_id = :run_id
  AND area_code = ANY(:areas)
  AND kind = :kind
  AND cutoff_s = :cutoff_s
  AND speed_m_s = :speed
  AND method = 'network'
  AND counted = 'households'
