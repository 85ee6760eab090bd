-- The one building that is meant, a point inside it, and the grids that hold it or stairwells of it
-- on a day; nothing where several are meant: between a head and `responsible_there`.
-- Binds: at date.
spot AS MATERIALIZED (
    SELECT b.code AS building, ST_PointOnSurface(b.geom) AS geom
    FROM building AS b
    WHERE b.code = (SELECT min(code) FROM here HAVING count(*) = 1)
),
held AS MATERIALIZED (
    SELECT DISTINCT i.id, i.code, g.name, i.kind, i.community_code
    FROM unit
    JOIN plan ON plan.ground_id = unit.ground_id
    JOIN assignment AS a ON a.plan_id = plan.id AND a.unit_no = unit.unit_no
    JOIN grid_period AS p ON p.plan_id = a.plan_id AND p.grid_no = a.grid_no
        AND p.valid @> CAST(:at AS date)
    JOIN plan_grid AS g ON g.plan_id = p.plan_id AND g.grid_no = p.grid_no
    JOIN grid AS i ON i.id = p.grid_id
    WHERE unit.building_code = (SELECT building FROM spot)
)
