-- Stored buildings within the box of the staged ones that the file does not name. EPSG:4326.
SELECT b.code, ST_AsBinary(b.geom) AS geometry
FROM building AS b
WHERE b.retired_on IS NULL
  AND b.geom && (SELECT ST_SetSRID(ST_Extent(s.geom), 4326) FROM pg_temp.staged AS s)
  AND NOT EXISTS (SELECT 1 FROM pg_temp.staged AS named WHERE named.code = b.code)
ORDER BY b.code
