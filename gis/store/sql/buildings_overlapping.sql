-- Staged buildings that cover over a share of the smaller of themselves and a stored building
-- which the file does not name. Parameter: share (0 to 1); EPSG:4326, ratios of square degrees.
SELECT DISTINCT ON (s.row_no) s.row_no, b.code
FROM pg_temp.staged AS s
JOIN building AS b ON b.geom && s.geom AND b.retired_on IS NULL
WHERE NOT EXISTS (SELECT 1 FROM pg_temp.staged AS named WHERE named.code = b.code)
  AND ST_Intersects(b.geom, s.geom)
  AND ST_Area(ST_Intersection(b.geom, s.geom))
      > :share * least(ST_Area(b.geom), ST_Area(s.geom))
ORDER BY s.row_no, b.code
