-- Begin an open period for areas that are new or were closed. Parameter: run_id.
INSERT INTO area (code, name, level, parent_code, valid, run_id, geom)
SELECT s.code, s.name, s.level, s.parent_code, daterange(c.since, NULL), :run_id, ST_Multi(s.geom)
FROM pg_temp.staged AS s JOIN pg_temp.staged_change AS c USING (code)
WHERE c.state <> 'in_place'
