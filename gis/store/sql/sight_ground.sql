-- The areas that some areas and grids make seen on a day: they and all below them, and the
-- communities of the grids; of communities the shape, too.
-- Binds: areas codes; grids codes; at date. Shapes as WKB, EPSG:4326.
-- A ring of parents ends, because each code comes once.
WITH RECURSIVE below AS (
    SELECT a.code
    FROM area AS a
    WHERE a.code = ANY (CAST(:areas AS text[])) AND a.valid @> CAST(:at AS date)
    UNION
    SELECT a.code
    FROM below
    JOIN area AS a ON a.parent_code = below.code
    WHERE a.valid @> CAST(:at AS date)
),
seen AS (
    SELECT code FROM below
    UNION
    SELECT community_code FROM grid WHERE code = ANY (CAST(:grids AS text[]))
)
SELECT a.code, a.level, CASE WHEN a.level = 'community' THEN ST_AsBinary(a.geom) END AS shape
FROM area AS a
WHERE a.code IN (SELECT code FROM seen) AND a.valid @> CAST(:at AS date)
ORDER BY a.code
