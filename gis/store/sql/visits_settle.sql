-- Let the last mark of a day count, for the same place and the same maker.
-- Binds: clients, uuids of the marks that came.
UPDATE visit AS v
SET counts = settled.counts
FROM (
    SELECT
        other.id,
        row_number() OVER (
            PARTITION BY other.building_code, other.stairwell_code, other.made_by, other.day
            ORDER BY other.marked_at DESC, other.id DESC
        ) = 1 AS counts
    FROM visit AS other
    WHERE other.building_code IN (
        SELECT came.building_code FROM visit AS came
        WHERE came.client = ANY(CAST(:clients AS uuid[]))
    ) AND other.day IN (
        SELECT came.day FROM visit AS came
        WHERE came.client = ANY(CAST(:clients AS uuid[]))
    )
) AS settled
WHERE v.id = settled.id AND v.counts <> settled.counts
