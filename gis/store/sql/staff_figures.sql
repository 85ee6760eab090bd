-- Staff beside households, residents and posts on a day, of an area and of those right below it.
-- Binds: area (code); at date. persons is the sum over buildings that know theirs, counted ones in
-- known_buildings; it leaves here for `api.services.staffing` alone, which rounds it.
WITH RECURSIVE child AS (
    SELECT a.code, a.name, a.level
    FROM area AS a
    WHERE (a.code = :area OR a.parent_code = :area) AND a.valid @> CAST(:at AS date)
),
below AS (
    SELECT code AS branch, code FROM child
    UNION
    SELECT below.branch, a.code
    FROM below JOIN area AS a ON a.parent_code = below.code AND a.valid @> CAST(:at AS date)
),
ground AS (
    SELECT below.branch, sum(b.households) AS households, sum(b.residents) AS persons,
           count(b.residents) FILTER (WHERE b.residents > 0) AS known_buildings
    FROM below JOIN building AS b ON b.community_code = below.code
        AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
    GROUP BY below.branch
),
staff AS (
    SELECT below.branch, count(DISTINCT p.code) AS posts,
           count(DISTINCT p.code) FILTER (WHERE p.worker_id IS NULL) AS vacant,
           count(DISTINCT p.worker_id) AS workers
    FROM below
    JOIN grid ON grid.community_code = below.code AND grid.kind <> 'micro'
    JOIN post AS p ON p.grid_id = grid.id AND p.valid @> CAST(:at AS date)
    GROUP BY below.branch
)
SELECT child.code, child.name, child.level,
       coalesce(ground.households, 0) AS households,
       ground.persons, coalesce(ground.known_buildings, 0) AS known_buildings,
       coalesce(staff.workers, 0) AS workers, coalesce(staff.posts, 0) AS posts,
       coalesce(staff.vacant, 0) AS vacant
FROM child
LEFT JOIN ground ON ground.branch = child.code
LEFT JOIN staff ON staff.branch = child.code
ORDER BY child.code <> :area, child.code
