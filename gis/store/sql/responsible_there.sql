-- All that is told of a spot on a day, in one row of JSON: behind `here` (the buildings that are
-- meant), `spot` (the one of them, and the point), `held` (the grids that hold it) and its chain.
-- Binds: at date; reach_m; most.
-- on_foot: facilities nearest by the stored walk, one of each kind, metres along the network;
-- by_air: where none is stored, the nearest of each kind among the nearest fifty.
-- nearest: outside all base and special grids the one nearest in metres over the ground, of several
-- as near as each other the lowest code. What is nearest in degrees bounds what can be in metres.
, walked AS MATERIALIZED (
    SELECT r.kind, f.code, f.name, CAST(r.metres AS double precision) AS metres
    FROM reach AS r
    JOIN facility AS f ON f.code = r.facility_code
        AND (f.retired_on IS NULL OR f.retired_on > CAST(:at AS date))
    WHERE r.profile = 'default' AND r.building_code = (SELECT building FROM spot)
      AND r.metres IS NOT NULL
    ORDER BY r.metres, r.kind
    LIMIT CAST(:most AS integer)
),
flown AS (
    SELECT kind, code, name, metres
    FROM (
        SELECT DISTINCT ON (near.kind) near.kind, near.code, near.name, near.metres
        FROM (
            SELECT f.kind, f.code, f.name, ST_Distance(
                CAST(f.geom AS geography), CAST((SELECT geom FROM spot) AS geography)) AS metres
            FROM facility AS f
            WHERE NOT EXISTS (SELECT FROM walked) AND EXISTS (SELECT FROM spot)
              AND NOT f.idle AND (f.retired_on IS NULL OR f.retired_on > CAST(:at AS date))
            ORDER BY f.geom <-> (SELECT geom FROM spot)
            LIMIT 50
        ) AS near
        WHERE near.metres <= CAST(:reach_m AS double precision)
        ORDER BY near.kind, near.metres, near.code
    ) AS each
    ORDER BY metres, kind
    LIMIT CAST(:most AS integer)
),
first AS MATERIALIZED (
    SELECT ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) + 1 AS metres
    FROM spot CROSS JOIN LATERAL (
        SELECT g.geom
        FROM plan_grid AS g
        JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
            AND p.valid @> CAST(:at AS date)
        JOIN grid AS i ON i.id = p.grid_id AND i.kind <> 'micro'
        ORDER BY g.geom <-> spot.geom
        LIMIT 1
    ) AS g
    WHERE NOT EXISTS (SELECT FROM chained)
),
nearest AS (
    SELECT i.code, g.name, i.kind, i.community_code,
        ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) AS metres
    FROM spot
    CROSS JOIN first
    JOIN plan_grid AS g ON g.geom && ST_Expand(
        spot.geom, first.metres / (111320 * greatest(cos(radians(ST_Y(spot.geom))), 0.01)),
        first.metres / 110570)
    JOIN grid_period AS p ON p.plan_id = g.plan_id AND p.grid_no = g.grid_no
        AND p.valid @> CAST(:at AS date)
    JOIN grid AS i ON i.id = p.grid_id AND i.kind <> 'micro'
    ORDER BY
        round(CAST(ST_Distance(CAST(g.geom AS geography), CAST(spot.geom AS geography)) AS numeric), 2),
        i.code
    LIMIT 1
)
SELECT
    (SELECT json_agg(json_build_array(
         h.code, h.name, h.number, h.address, h.community_code, c.name) ORDER BY h.code)
     FROM here AS h LEFT JOIN courtyard AS c ON c.code = h.courtyard_code) AS buildings,
    (SELECT json_agg(json_build_array(code, name, kind, community_code, 0) ORDER BY kind = 'micro', code)
     FROM held) AS grids,
    (SELECT json_build_array(code, name, kind, community_code, metres) FROM nearest) AS nearest,
    (SELECT json_agg(json_build_array(
         kind, code, name, template, post, role, tags, worker_id, deputy_id)
         ORDER BY code, role, post)
     FROM link) AS links,
    (SELECT json_agg(json_build_array(kind, code, name, metres) ORDER BY metres, kind)
     FROM walked) AS on_foot,
    (SELECT json_agg(json_build_array(kind, code, name, metres) ORDER BY metres, kind)
     FROM flown) AS by_air
