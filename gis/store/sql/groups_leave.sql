-- Buildings leave the groups whose staged rows say what they cover. No parameters.
DELETE FROM building_group AS member
USING pg_temp.staged_subject AS x
JOIN pg_temp.staged AS s USING (row_no)
WHERE x.subject_kind = 'group' AND s.covers IS NOT NULL AND member.group_code = x.subject_code
