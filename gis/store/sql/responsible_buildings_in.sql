-- Buildings that a grid holds, or stairwells of which it holds, on a day.
-- Binds: grid (code); at date.
SELECT b.code, b.name, b.number, b.address, b.community_code, c.name AS courtyard
FROM (
    SELECT DISTINCT unit.building_code AS code
    FROM grid AS i
    JOIN grid_period AS p ON p.grid_id = i.id AND p.valid @> CAST(:at AS date)
    JOIN assignment AS a ON a.plan_id = p.plan_id AND a.grid_no = p.grid_no
    JOIN unit ON unit.ground_id = a.ground_id AND unit.unit_no = a.unit_no
    WHERE i.code = :grid AND unit.building_code IS NOT NULL
) AS held
JOIN building AS b ON b.code = held.code
    AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
ORDER BY c.name, length(b.number), b.number, b.code
