-- Bring the counts of a staged ledger, matched by code, into the buildings. A count that the
-- ledger does not state stays. Parameter: run_id. Answers with one row per changed building.
UPDATE building AS b
SET households = s.households, households_kind = s.households_kind,
    households_estimated = s.households_estimated,
    floors = coalesce(s.floors, b.floors), stairwells = coalesce(s.stairwells, b.stairwells),
    residents = coalesce(s.residents, b.residents), elders = coalesce(s.elders, b.elders),
    vulnerable = coalesce(s.vulnerable, b.vulnerable),
    run_id = :run_id, changed_at = now()
FROM pg_temp.staged AS s
WHERE b.code = s.code
  AND ((b.households, b.households_kind, b.households_estimated)
       IS DISTINCT FROM (s.households, s.households_kind, s.households_estimated)
    OR b.floors IS DISTINCT FROM coalesce(s.floors, b.floors)
    OR b.stairwells IS DISTINCT FROM coalesce(s.stairwells, b.stairwells)
    OR b.residents IS DISTINCT FROM coalesce(s.residents, b.residents)
    OR b.elders IS DISTINCT FROM coalesce(s.elders, b.elders)
    OR b.vulnerable IS DISTINCT FROM coalesce(s.vulnerable, b.vulnerable))
