-- Tables and indexes of Wangge that want attention, one row each. No parameters.
-- what: broken (an index that answers nothing), idle (a large index never read since the counters
-- began, a month ago at least), stale (a table of which more than a fifth is dead rows).
SELECT 'broken' AS what, i.indexrelid::regclass::text AS name, pg_relation_size(i.indexrelid) AS bytes
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT (i.indisvalid AND i.indisready)
UNION ALL
SELECT 'idle', s.indexrelid::regclass::text, pg_relation_size(s.indexrelid)
FROM pg_stat_user_indexes AS s
JOIN pg_index AS i USING (indexrelid)
JOIN pg_stat_database AS d ON d.datname = current_database()
WHERE s.schemaname = 'public' AND s.idx_scan = 0 AND NOT i.indisunique
    AND pg_relation_size(s.indexrelid) > 50000000
    AND d.stats_reset < now() - interval '30 days'
UNION ALL
SELECT 'stale', relid::regclass::text, pg_total_relation_size(relid)
FROM pg_stat_user_tables
WHERE schemaname = 'public' AND n_dead_tup > 10000 AND n_dead_tup > 0.2 * (n_live_tup + n_dead_tup)
ORDER BY what, name
