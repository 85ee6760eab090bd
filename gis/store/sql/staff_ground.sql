-- Buildings and stairwells that a worker looks after on a day, with the grid each is in.
-- What their grids hold (a stairwell stands where a building is shared out by stairwells), the
-- buildings of their resident groups, and the buildings and stairwells they have posts for. Posts
-- for whole areas bring no buildings: those are reached through the grids.
-- A stairwell of a building whose stairwells are only counted is BUILDING#NUMBER.
-- Binds: worker (code); at date.
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
        FROM unit
        JOIN assignment AS a ON a.ground_id = unit.ground_id AND a.unit_no = unit.unit_no
        JOIN grid_period AS period
            ON period.plan_id = a.plan_id AND period.grid_no = a.grid_no
            AND period.valid @> CAST(:at AS date)
        JOIN grid ON grid.id = period.grid_id AND grid.kind <> 'micro'
        WHERE unit.building_code = own.building_code
        ORDER BY (unit.unit_id = own.stairwell_code) DESC NULLS LAST, unit.unit_no
        LIMIT 1
    ) AS place ON true
),
in_grids AS (
    SELECT
        unit.building_code,
        CASE WHEN unit.kind = 'stairwell' THEN unit.unit_id END AS stairwell_code,
        grid.code AS grid_code
    FROM held
    JOIN grid ON grid.id = held.grid_id
    JOIN grid_period AS period
        ON period.grid_id = held.grid_id AND period.valid @> CAST(:at AS date)
    JOIN assignment AS a ON a.plan_id = period.plan_id AND a.grid_no = period.grid_no
    JOIN unit ON unit.ground_id = a.ground_id AND unit.unit_no = a.unit_no
    WHERE unit.building_code IS NOT NULL
)
SELECT building_code, stairwell_code, grid_code FROM in_grids
UNION
SELECT building_code, stairwell_code, grid_code FROM placed
ORDER BY grid_code, building_code, stairwell_code
