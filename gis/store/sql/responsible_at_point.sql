-- Where a point lies on a day: head of `responsible_there`. The building whose footprint holds it,
-- the lowest code of several, and the grids that do.
-- Binds: lon, lat in degrees (EPSG:4326); at date.
WITH RECURSIVE here AS MATERIALIZED (
    SELECT b.code, b.name, b.number, b.address, b.community_code, b.courtyard_code
    FROM building AS b
    WHERE b.code = (
        SELECT min(h.code) FROM building AS h
        WHERE ST_Intersects(h.geom, ST_SetSRID(ST_MakePoint(
                CAST(:lon AS double precision), CAST(:lat AS double precision)), 4326))
          AND (h.retired_on IS NULL OR h.retired_on > CAST(:at AS date))
    )
),
spot AS MATERIALIZED (
    SELECT (SELECT code FROM here) AS building, ST_SetSRID(ST_MakePoint(
        CAST(:lon AS double precision), CAST(:lat AS double precision)), 4326) AS geom
),
held AS MATERIALIZED (
    SELECT i.id, i.code, g.name, i.kind, i.community_code
    FROM plan_grid AS g
    JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
        AND p.valid @> CAST(:at AS date)
    JOIN grid AS i ON i.id = p.grid_id
    WHERE ST_Intersects(g.geom, ST_SetSRID(ST_MakePoint(
        CAST(:lon AS double precision), CAST(:lat AS double precision)), 4326))
)
