-- Buildings join the groups that cover them; the last file that names one speaks for it.
INSERT INTO building_group (building_code, group_code)
SELECT DISTINCT ON (one.building) one.building, x.subject_code
FROM pg_temp.staged_subject AS x
JOIN pg_temp.staged AS s USING (row_no)
CROSS JOIN LATERAL unnest(string_to_array(s.covers, ',')) AS one (building)
WHERE x.subject_kind = 'group'
ORDER BY one.building, s.row_no
ON CONFLICT (building_code) DO UPDATE SET group_code = excluded.group_code
