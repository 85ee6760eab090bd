-- The grids of one plan with their figures, in the order of their numbers.
-- Binds: plan_id; after number of the last grid of the page before, -1 at first; row_limit.
-- Without what was taken off the list; a grid of a published plan that has no units never stood.
-- load = households / cap, 1 is exactly full; area_m2 on the spheroid; geom as WKB, EPSG:4326.
SELECT
    g.grid_no,
    g.code,
    g.name,
    g.kind,
    g.locked,
    g.households,
    g.load,
    g.load > 1 AS over_cap,
    g.flags,
    g.posts_needed,
    g.round_m,
    g.plan_id,
    p.community_code,
    members.buildings,
    members.courtyards,
    members.households_estimated,
    ST_NumGeometries(g.geom) AS pieces,
    ST_Area(CAST(g.geom AS geography)) AS area_m2,
    ST_XMin(g.geom) AS west,
    ST_YMin(g.geom) AS south,
    ST_XMax(g.geom) AS east,
    ST_YMax(g.geom) AS north,
    ST_X(label.point) AS label_lon,
    ST_Y(label.point) AS label_lat,
    ST_AsBinary(g.geom) AS geom
FROM plan_grid AS g
JOIN plan AS p ON p.id = g.plan_id
CROSS JOIN LATERAL (
    SELECT
        count(DISTINCT u.building_code) AS buildings,
        count(DISTINCT u.courtyard_code) AS courtyards,
        coalesce(bool_or(u.households_estimated), false) AS households_estimated
    FROM assignment AS s
    JOIN unit AS u ON u.ground_id = s.ground_id AND u.unit_no = s.unit_no
    WHERE s.plan_id = g.plan_id AND s.grid_no = g.grid_no
) AS members
LEFT JOIN LATERAL (
    -- The pole of inaccessibility of the largest piece: always inside, and far from the border.
    SELECT (ST_MaximumInscribedCircle(piece.geom)).center AS point
    FROM ST_Dump(g.geom) AS piece
    ORDER BY ST_Area(piece.geom) DESC
    LIMIT 1
) AS label ON true
WHERE g.plan_id = :plan_id AND NOT g.removed AND (p.state <> 'published' OR g.geom IS NOT NULL)
  AND g.grid_no > :after
ORDER BY g.grid_no
LIMIT :row_limit
