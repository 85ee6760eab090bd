-- Workers by their numbers. Binds: ids (bigint[]).
SELECT json_agg(json_build_array(id, code, name, phone)) AS people
FROM worker WHERE id = ANY (CAST(:ids AS bigint[]))
