-- Store the resident groups that staged posts are for. Parameter: run_id.
INSERT INTO resident_group (code, community_code, name, run_id)
SELECT DISTINCT subject_code, area_code, substr(subject_code, strpos(subject_code, '/') + 1), :run_id
FROM pg_temp.staged_subject
WHERE subject_kind = 'group'
ON CONFLICT (code) DO UPDATE SET retired_on = NULL, changed_at = now(), run_id = excluded.run_id
WHERE resident_group.retired_on IS NOT NULL
