-- Rows of a run that wait. Parameter: run_id; geometry is EPSG:4326.
SELECT row_no, code, "values", faults, ST_AsBinary(geom) AS geometry
FROM import_row
WHERE run_id = :run_id AND state = 'waiting'
ORDER BY row_no
