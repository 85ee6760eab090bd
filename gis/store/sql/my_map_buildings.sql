-- Footprints of some buildings. Binds: buildings, codes. EPSG:4326.
SELECT b.code, coalesce(b.name, b.number) AS name, ST_AsBinary(b.geom) AS geom
FROM building AS b
WHERE b.retired_on IS NULL AND b.code = ANY(CAST(:buildings AS text[]))
ORDER BY b.code
