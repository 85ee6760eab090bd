-- Seats that team templates ask for on a day, subject by subject, and how many hold each: the head of
-- staff_gaps and staff_seats, which read `filled`.
-- Binds: area (code, with all below it) or null: everywhere; at date.
WITH RECURSIVE tree (code, name, level, template, inside) AS (
    SELECT a.code, a.name, a.level, own.template,
           CAST(:area AS text) IS NULL OR a.code = CAST(:area AS text)
    FROM area AS a
    LEFT JOIN team AS own ON own.area_code = a.code
    WHERE a.valid @> CAST(:at AS date) AND NOT EXISTS (
        SELECT 1 FROM area AS up WHERE up.code = a.parent_code AND up.valid @> CAST(:at AS date)
    )
    UNION ALL
    SELECT child.code, child.name, child.level, coalesce(own.template, tree.template),
           tree.inside OR child.code = CAST(:area AS text)
    FROM tree
    JOIN area AS child ON child.parent_code = tree.code AND child.valid @> CAST(:at AS date)
    LEFT JOIN team AS own ON own.area_code = child.code
),
seat AS MATERIALIZED (
    SELECT
        tree.code AS area, tree.name AS area_name, tree.level AS area_level,
        one.value ->> 'role' AS role,
        one.value ->> 'level' AS level,
        CAST(one.value ->> 'count' AS integer) AS needed,
        one.value -> 'grid_kinds' AS grid_kinds
    FROM tree CROSS JOIN jsonb_array_elements(tree.template -> 'seats') AS one
    WHERE tree.inside AND CAST(one.value ->> 'count' AS integer) > 0
),
lived AS MATERIALIZED (
    SELECT b.code, b.name, b.number, b.community_code, b.stairwells
    FROM building AS b
    WHERE b.households > 0 AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
      AND b.community_code IN (SELECT area FROM seat WHERE level IN ('building', 'stairwell'))
),
stairs AS (
    SELECT st.code, st.number, lived.code AS building, lived.community_code, lived.name
    FROM lived JOIN stairwell AS st ON st.building_code = lived.code
    WHERE st.households > 0 AND (st.retired_on IS NULL OR st.retired_on > CAST(:at AS date))
    UNION ALL
    SELECT lived.code || '#' || n, CAST(n AS text), lived.code, lived.community_code, lived.name
    FROM lived CROSS JOIN generate_series(1, lived.stairwells) AS n
    WHERE NOT EXISTS (SELECT 1 FROM stairwell AS st WHERE st.building_code = lived.code
                      AND (st.retired_on IS NULL OR st.retired_on > CAST(:at AS date)))
),
subject AS (
    SELECT seat.*, seat.area AS code, seat.area_name AS name, NULL AS building
    FROM seat WHERE seat.level = seat.area_level
    UNION ALL
    SELECT seat.*, g.code, g.name, NULL
    FROM seat JOIN resident_group AS g ON g.community_code = seat.area AND g.retired_on IS NULL
    WHERE seat.level = 'group' AND seat.area_level = 'community'
    UNION ALL
    SELECT seat.*, grid.code, shown.name, NULL
    FROM seat
    JOIN grid ON grid.community_code = seat.area AND seat.grid_kinds ? grid.kind
    JOIN grid_period AS period
        ON period.grid_id = grid.id AND period.valid @> CAST(:at AS date)
    JOIN plan_grid AS shown USING (plan_id, grid_no)
    WHERE seat.level = 'grid'
    UNION ALL
    SELECT seat.*, lived.code, coalesce(lived.name, lived.number), lived.code
    FROM seat JOIN lived ON lived.community_code = seat.area
    WHERE seat.level = 'building'
    UNION ALL
    SELECT seat.*, stairs.code, coalesce(stairs.name, '') || stairs.number || '单元', stairs.building
    FROM seat JOIN stairs ON stairs.community_code = seat.area
    WHERE seat.level = 'stairwell'
),
held AS MATERIALIZED (
    SELECT post.role, post.subject_kind, coalesce(post.subject_code, grid.code) AS code,
           count(*) AS posts, count(post.worker_id) AS held
    FROM post LEFT JOIN grid ON grid.id = post.grid_id
    WHERE post.valid @> CAST(:at AS date)
    GROUP BY 1, 2, 3
),
-- Until a roster just read in has been analyzed, posts are thought to be a handful, and each seat of
-- a city would be compared with each of them. A full join is made by hashing, whatever is thought.
matched AS MATERIALIZED (
    SELECT
        s.area, s.area_name, s.level, s.role, s.code, s.name, s.building, s.needed,
        coalesce(held.posts, 0) AS posts,
        coalesce(held.held, 0) AS held,
        greatest(s.needed - coalesce(held.held, 0), 0) AS gap
    FROM subject AS s
    FULL JOIN held
        ON held.role = s.role AND held.subject_kind = s.level AND held.code = s.code
),
filled AS (SELECT * FROM matched WHERE area IS NOT NULL)
