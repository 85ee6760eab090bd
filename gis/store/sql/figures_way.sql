-- An area and those above it on a day, the highest first.
-- Binds: area code; at date; seen text[] codes of the areas seen, null for all.
-- Eight levels are gone up at most, so that a ring ends.
WITH RECURSIVE way (code, name, level, parent_code, height) AS (
    SELECT code, name, level, parent_code, 0
    FROM area
    WHERE code = :area AND valid @> CAST(:at AS date)
    UNION ALL
    SELECT a.code, a.name, a.level, a.parent_code, w.height + 1
    FROM way AS w
    JOIN area AS a ON a.code = w.parent_code AND a.valid @> CAST(:at AS date)
    WHERE w.height < 8
)
SELECT code, name, level
FROM way
WHERE CAST(:seen AS text[]) IS NULL OR code = ANY (CAST(:seen AS text[]))
ORDER BY height DESC
