-- Every table, column, constraint and index of Wangge, one line each, in a fixed order:
-- what two databases must have in common to have the same schema. No parameters.
WITH ours AS (
    SELECT c.oid, c.relname
    FROM pg_class AS c
    WHERE c.relkind = 'r'
      AND c.relnamespace = 'public'::regnamespace
      AND c.relname NOT IN ('spatial_ref_sys', 'alembic_version')
)
SELECT line FROM (
    SELECT relname, 1 AS part, 0 AS place, 'table' AS name,
           concat('table ', relname, coalesce(' -- ' || obj_description(oid, 'pg_class'), ''))
    FROM ours
    UNION ALL
    SELECT o.relname, 2, a.attnum, a.attname, concat(
        '  column ', a.attname, ' ', format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' not null' END,
        CASE a.attidentity WHEN 'a' THEN ' identity always' END,
        ' default ' || pg_get_expr(d.adbin, d.adrelid),
        ' -- ' || col_description(o.oid, a.attnum))
    FROM ours AS o
    JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = o.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT o.relname, 3, 0, c.conname, concat(
        '  constraint ', c.conname, ' ', pg_get_constraintdef(c.oid))
    FROM ours AS o JOIN pg_constraint AS c ON c.conrelid = o.oid
    UNION ALL
    SELECT o.relname, 4, 0, i.relname, concat('  ', pg_get_indexdef(i.oid))
    FROM ours AS o
    JOIN pg_index AS x ON x.indrelid = o.oid
    JOIN pg_class AS i ON i.oid = x.indexrelid
) AS dump (relname, part, place, name, line)
ORDER BY relname COLLATE "C", part, place, name COLLATE "C"
