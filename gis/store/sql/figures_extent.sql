-- The box around areas as they stand on a day, in degrees (EPSG:4326); nulls where there is none.
-- Binds: areas codes; at date.
SELECT ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north
FROM (
    SELECT ST_Extent(geom) AS box
    FROM area
    WHERE code = ANY(:areas) AND valid @> CAST(:at AS date)
) AS around
