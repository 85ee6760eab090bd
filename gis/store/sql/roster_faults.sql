-- What is wrong with staged posts: row_no, field, fault and what it speaks of. Parameter: today date.
-- Of two rows that contradict each other the later one is at fault.
WITH RECURSIVE tree (code, template) AS (
    SELECT a.code, own.template
    FROM area AS a
    LEFT JOIN team AS own ON own.area_code = a.code
    WHERE upper_inf(a.valid) AND NOT EXISTS (
        SELECT 1 FROM area AS up WHERE up.code = a.parent_code AND upper_inf(up.valid)
    )
    UNION ALL
    SELECT child.code, coalesce(own.template, tree.template)
    FROM tree
    JOIN area AS child ON child.parent_code = tree.code AND upper_inf(child.valid)
    LEFT JOIN team AS own ON own.area_code = child.code
),
single AS (
    SELECT tree.code AS area_code, seat.value ->> 'role' AS role, seat.value ->> 'level' AS level
    FROM tree CROSS JOIN jsonb_array_elements(tree.template -> 'seats') AS seat
    WHERE CAST(seat.value ->> 'single' AS boolean)
),
dated AS MATERIALIZED (
    SELECT
        s.*,
        coalesce(s.since, (
            SELECT max(lower(p.valid)) FROM post AS p
            WHERE p.code = s.post_id AND NOT isempty(p.valid)
        ), CAST(:today AS date)) AS begins
    FROM pg_temp.staged AS s
),
periods AS MATERIALIZED (
    SELECT
        d.row_no, d.post_id, d.role, d.worker_id, x.subject_kind,
        coalesce(x.subject_code, CAST(x.grid_id AS text)) AS subject,
        x.grid_id, x.subject_code,
        coalesce(nullif(x.grid_community, ''), x.area_code) AS area_code,
        daterange(d.begins, d.until) AS valid
    FROM dated AS d
    JOIN pg_temp.staged_subject AS x USING (row_no)
    WHERE (d.until IS NULL OR d.until > d.begins)
      AND (x.grid_id IS NOT NULL OR x.subject_code IS NOT NULL)
),
person AS MATERIALIZED (
    SELECT row_no, 'worker_id' AS field, worker_id AS code, worker_name AS name,
           worker_phone AS phone
    FROM pg_temp.staged WHERE worker_id IS NOT NULL
    UNION ALL
    SELECT row_no, 'deputy_id', deputy_id, deputy_name, deputy_phone
    FROM pg_temp.staged WHERE deputy_id IS NOT NULL
),
first_told AS (
    SELECT
        code,
        (array_agg(name ORDER BY row_no) FILTER (WHERE name IS NOT NULL))[1] AS name,
        (array_agg(phone ORDER BY row_no) FILTER (WHERE phone IS NOT NULL))[1] AS phone
    FROM person GROUP BY code
),
one_person AS (
    SELECT name, phone, (array_agg(code ORDER BY row_no))[1] AS code
    FROM person WHERE name IS NOT NULL AND phone IS NOT NULL
    GROUP BY name, phone HAVING count(DISTINCT code) > 1
),
covered AS MATERIALIZED (
    SELECT s.row_no, one.building, x.subject_code AS group_code
    FROM pg_temp.staged AS s
    JOIN pg_temp.staged_subject AS x ON x.row_no = s.row_no AND x.subject_kind = 'group'
    CROSS JOIN LATERAL unnest(string_to_array(s.covers, ',')) AS one (building)
)
SELECT row_no, 'worker_id' AS field, 'worker-without-id' AS fault, '' AS value
FROM pg_temp.staged
WHERE worker_id IS NULL AND (worker_name IS NOT NULL OR worker_phone IS NOT NULL)
UNION ALL
SELECT row_no, 'deputy_id', 'worker-without-id', '' FROM pg_temp.staged
WHERE deputy_id IS NULL AND (deputy_name IS NOT NULL OR deputy_phone IS NOT NULL)
UNION ALL
SELECT row_no, field, 'worker-identity', '' FROM person WHERE code ~ '^[0-9]{17}[0-9Xx]$'
UNION ALL
SELECT row_no, 'deputy_id', 'own-deputy', deputy_id FROM pg_temp.staged WHERE deputy_id = worker_id
UNION ALL
SELECT row_no, 'until', 'dates-reversed', CAST(until AS text) FROM dated WHERE until <= begins
UNION ALL
SELECT row_no, 'subject_code', 'subject-missing', '' FROM pg_temp.staged
WHERE coalesce(subject_code, CASE WHEN subject_kind = 'grid' THEN grid_code END) IS NULL
UNION ALL
SELECT
    row_no,
    CASE WHEN subject_kind = 'grid' THEN 'grid_code' ELSE 'subject_code' END,
    CASE WHEN subject_kind IN ('county', 'subdistrict', 'community') THEN 'area-unknown'
         WHEN subject_kind = 'group' THEN 'group-without-community'
         ELSE subject_kind || '-unknown' END,
    named
FROM pg_temp.staged_subject
WHERE grid_id IS NULL AND (subject_code IS NULL OR area_code IS NULL)
UNION ALL
SELECT row_no, 'covers', 'building-unknown', building
FROM covered
WHERE NOT EXISTS (SELECT 1 FROM building WHERE code = covered.building AND retired_on IS NULL)
UNION ALL
SELECT c.row_no, 'covers', 'building-in-two-groups', c.building || ' (' || other.group_code || ')'
FROM covered AS c
JOIN covered AS other ON other.building = c.building AND other.group_code <> c.group_code
    AND other.row_no < c.row_no
UNION ALL
SELECT person.row_no, person.field, 'worker-told-twice', person.code
FROM person JOIN first_told USING (code)
WHERE person.name <> first_told.name OR person.phone <> first_told.phone
UNION ALL
SELECT person.row_no, person.field, 'person-twice', one_person.code
FROM person JOIN one_person USING (name, phone)
WHERE person.code <> one_person.code
UNION ALL
SELECT person.row_no, person.field, 'person-known', worker.code
FROM person
JOIN worker ON worker.name = person.name AND worker.phone = person.phone
    AND worker.code <> person.code AND worker.retired_on IS NULL
WHERE NOT EXISTS (SELECT 1 FROM worker AS same WHERE same.code = person.code)
UNION ALL
SELECT
    p.row_no,
    'post_id',
    CASE WHEN p.worker_id = other.worker_id THEN 'post-twice' ELSE 'seat-taken' END,
    other.post_id
FROM periods AS p
JOIN periods AS other ON (other.subject_kind, other.subject, other.role)
        = (p.subject_kind, p.subject, p.role)
    AND other.row_no < p.row_no AND other.post_id <> p.post_id AND other.valid && p.valid
WHERE p.worker_id = other.worker_id OR EXISTS (
    SELECT 1 FROM single
    WHERE (single.area_code, single.role, single.level) = (p.area_code, p.role, p.subject_kind)
)
UNION ALL
SELECT
    p.row_no,
    'post_id',
    CASE WHEN holder.code = p.worker_id THEN 'post-twice' ELSE 'seat-taken' END,
    stored.code
FROM periods AS p
JOIN post AS stored ON stored.role = p.role AND stored.code <> p.post_id
    AND (stored.grid_id = p.grid_id OR (stored.subject_code = p.subject_code
         AND stored.subject_kind = p.subject_kind))
    AND stored.valid && p.valid
LEFT JOIN worker AS holder ON holder.id = stored.worker_id
WHERE NOT EXISTS (SELECT 1 FROM pg_temp.staged AS s WHERE s.post_id = stored.code)
  AND (holder.code = p.worker_id OR EXISTS (
    SELECT 1 FROM single
    WHERE (single.area_code, single.role, single.level) = (p.area_code, p.role, p.subject_kind)
  ))
ORDER BY row_no, field, fault, value
