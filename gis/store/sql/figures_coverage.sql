-- Households that reach each kind on foot within each cutoff, summed over areas.
-- Binds: run_id; areas codes that do not overlap; kinds; cutoffs seconds; speed metres a second.
SELECT
    kind,
    cutoff_s,
    sum(reached) AS reached,
    sum(total) AS total,
    sum(estimated) AS estimated
FROM coverage_figure
WHERE run_id = :run_id
  AND area_code = ANY(:areas)
  AND kind = ANY(:kinds)
  AND cutoff_s = ANY(:cutoffs)
  AND speed_m_s = :speed
  AND method = 'network'
  AND counted = 'households'
GROUP BY kind, cutoff_s
ORDER BY kind, cutoff_s
