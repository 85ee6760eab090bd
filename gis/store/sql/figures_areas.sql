-- The areas next below an area on a day, each with the communities below it.
-- Binds: area code, or null for those that have nothing seen above them; at date; seen text[] codes
-- of the areas seen, null for all.
-- A community has none below it. Eight levels are gone down at most, so that a ring ends.
WITH RECURSIVE standing AS MATERIALIZED (
    SELECT code, name, level, parent_code
    FROM area
    WHERE valid @> CAST(:at AS date)
      AND (CAST(:seen AS text[]) IS NULL OR code = ANY (CAST(:seen AS text[])))
),
next_below AS (
    SELECT s.code, s.name, s.level, s.parent_code
    FROM standing AS s
    WHERE CASE
        WHEN CAST(:area AS text) IS NULL
        THEN NOT EXISTS (SELECT FROM standing AS above WHERE above.code = s.parent_code)
        ELSE s.parent_code = :area
    END
),
below (branch, code, level, depth) AS (
    SELECT code, code, level, 1
    FROM next_below
    UNION
    SELECT b.branch, s.code, s.level, b.depth + 1
    FROM below AS b
    JOIN standing AS s ON s.parent_code = b.code
    WHERE b.level <> 'community'
      AND b.depth < 8
      AND s.code IS DISTINCT FROM CAST(:area AS text)
)
SELECT
    n.code,
    n.name,
    n.level,
    n.parent_code,
    coalesce(array_agg(DISTINCT b.code) FILTER (WHERE b.level = 'community'), '{}') AS communities
FROM next_below AS n
JOIN below AS b ON b.branch = n.code
GROUP BY n.code, n.name, n.level, n.parent_code
ORDER BY n.code
