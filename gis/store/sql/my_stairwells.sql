-- The stairwells of some buildings, with the day of this month on which somebody was met there.
-- Binds: codes of buildings; month_begin date.
SELECT
    s.building_code,
    s.code,
    s.number,
    s.households,
    max(v.day) AS seen_on
FROM stairwell AS s
LEFT JOIN visit AS v
    ON v.building_code = s.building_code
    AND v.stairwell_code = s.code
    AND v.counts
    AND v.outcome = 'seen'
    AND v.day >= CAST(:month_begin AS date)
WHERE s.building_code = ANY(CAST(:codes AS text[])) AND s.retired_on IS NULL
GROUP BY s.building_code, s.code, s.number, s.households
ORDER BY s.building_code, s.code
