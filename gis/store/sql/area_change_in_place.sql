-- Change areas whose open period began today. Parameter: run_id.
UPDATE area AS a
SET name = s.name, level = s.level, parent_code = s.parent_code, geom = ST_Multi(s.geom),
    run_id = :run_id
FROM pg_temp.staged AS s JOIN pg_temp.staged_change AS c USING (code)
WHERE a.code = s.code AND upper_inf(a.valid) AND c.state = 'in_place'
