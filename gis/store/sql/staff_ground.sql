-- Buildings and stairwells that a worker looks after on a day, with the grid each is in.
-- What their grids hold (a stairwell stands where a building is shared out by stairwells), the
-- buildings of their resident groups, and the buildings and stairwells they have posts for. Posts
-- for whole areas bring no buildings: those are reached through the grids.
-- A stairwell of a building whose stairwells are only counted is BUILDING#NUMBER.
-- Binds: worker (code); at date.
-- Each OFFSET 0 has the grid of a day looked up by the grid: on which day is no way to few rows.
WITH held AS MATERIALIZED (
    SELECT DISTINCT post.subject_kind, post.subject_code, post.grid_id
    FROM worker
    JOIN post ON worker.id IN (post.worker_id, post.deputy_id)
        AND post.valid @> CAST(:at AS date)
    WHERE worker.code = :worker
),
own AS (
    SELECT subject_code AS building_code, CAST(NULL AS text) AS stairwell_code
    FROM held WHERE subject_kind = 'building'
    UNION
    SELECT coalesce(stairwell.building_code, split_part(held.subject_code, '#', 1)),
           held.subject_code
    FROM held LEFT JOIN stairwell ON stairwell.code = held.subject_code
    WHERE held.subject_kind = 'stairwell'
    UNION
    SELECT member.building_code, NULL
    FROM held JOIN building_group AS member ON member.group_code = held.subject_code
    WHERE held.subject_kind = 'group'
),
placed AS (
    SELECT own.building_code, own.stairwell_code, place.grid_code
    FROM own
    LEFT JOIN LATERAL (
        SELECT grid.code AS grid_code
        FROM (
            SELECT unit.unit_id, unit.unit_no, a.plan_id, a.grid_no
            FROM unit
            JOIN plan ON plan.ground_id = unit.ground_id
            JOIN assignment AS a ON a.plan_id = plan.id AND a.unit_no = unit.unit_no
            WHERE unit.building_code = own.building_code
            OFFSET 0
        ) AS held_by
        JOIN grid_period AS period
            ON period.plan_id = held_by.plan_id AND period.grid_no = held_by.grid_no
            AND period.valid @> CAST(:at AS date)
        JOIN grid ON grid.id = period.grid_id AND grid.kind <> 'micro'
        ORDER BY (held_by.unit_id = own.stairwell_code) DESC NULLS LAST, held_by.unit_no
        LIMIT 1
    ) AS place ON true
),
standing AS MATERIALIZED (
    SELECT grid.code AS grid_code, period.plan_id, period.grid_no
    FROM held
    JOIN grid ON grid.id = held.grid_id
    CROSS JOIN LATERAL (
        SELECT plan_id, grid_no FROM grid_period
        WHERE grid_period.grid_id = held.grid_id AND valid @> CAST(:at AS date)
        OFFSET 0
    ) AS period
),
in_grids AS (
    SELECT
        unit.building_code,
        CASE WHEN unit.kind = 'stairwell' THEN unit.unit_id END AS stairwell_code,
        standing.grid_code
    FROM standing
    JOIN assignment AS a ON a.plan_id = standing.plan_id AND a.grid_no = standing.grid_no
    JOIN unit ON unit.ground_id = a.ground_id AND unit.unit_no = a.unit_no
    WHERE unit.building_code IS NOT NULL
)
SELECT building_code, stairwell_code, grid_code FROM in_grids
UNION
SELECT building_code, stairwell_code, grid_code FROM placed
ORDER BY grid_code, building_code, stairwell_code
