-- The stairwells of some buildings, with the day of this month on which somebody was met there.
-- Binds: codes of buildings; month_begin date.
-- Each OFFSET 0 keeps a building's rows found by their index.
WITH asked AS (
    SELECT code FROM unnest(CAST(:codes AS text[])) AS one (code)
),
met AS MATERIALIZED (
    SELECT v.stairwell_code, max(v.day) AS day
    FROM asked
    CROSS JOIN LATERAL (
        SELECT visit.stairwell_code, visit.day FROM visit
        WHERE visit.building_code = asked.code AND visit.day >= CAST(:month_begin AS date)
            AND visit.counts AND visit.outcome = 'seen' AND visit.stairwell_code IS NOT NULL
        OFFSET 0
    ) AS v
    GROUP BY v.stairwell_code
)
SELECT s.building_code, s.code, s.number, s.households, met.day AS seen_on
FROM asked
CROSS JOIN LATERAL (
    SELECT * FROM stairwell
    WHERE stairwell.building_code = asked.code AND stairwell.retired_on IS NULL
    OFFSET 0
) AS s
LEFT JOIN met ON met.stairwell_code = s.code
ORDER BY s.building_code, s.code
