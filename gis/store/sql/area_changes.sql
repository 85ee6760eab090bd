-- Which staged areas are new or differ from what holds today. Parameter: today date; EPSG:4326.
-- state: added, in_place (the open period began today or later), anew (it began before).
CREATE TEMPORARY TABLE staged_change ON COMMIT DROP AS
SELECT s.code,
       CAST(:today AS date) AS since,
       CASE WHEN a.id IS NULL THEN 'added'
            WHEN lower(a.valid) >= CAST(:today AS date) THEN 'in_place'
            ELSE 'anew' END AS state
FROM pg_temp.staged AS s
LEFT JOIN area AS a ON a.code = s.code AND upper_inf(a.valid)
WHERE a.id IS NULL
   OR (a.name, a.level) IS DISTINCT FROM (s.name, s.level)
   OR a.parent_code IS DISTINCT FROM s.parent_code
   OR a.geom IS DISTINCT FROM ST_Multi(s.geom)
