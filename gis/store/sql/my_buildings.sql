-- Buildings with what a worker wants to know of each, in the order to walk them.
-- Binds: buildings, stairwells (null: the whole building) and places (of their grids), side by
-- side; at date; month_begin date.
-- households are those of today; of a building of which only stairwells are named, theirs.
-- last_visit: the last day somebody was met. seen: households met this month, at most all.
-- parts: codes of the stairwells in the grid; null: the whole building. met_whole: somebody was
-- met this month on a visit to the building, not to a stairwell. tried: what came of the last mark of this month. lon, lat: a point inside, EPSG:4326.
WITH held AS (
    SELECT
        min(m.place) AS place,
        m.building_code,
        CASE WHEN bool_and(m.stairwell_code IS NOT NULL)
            THEN array_agg(m.stairwell_code) END AS parts
    FROM unnest(
        CAST(:buildings AS text[]), CAST(:stairwells AS text[]), CAST(:places AS integer[])
    ) AS m (building_code, stairwell_code, place)
    GROUP BY m.building_code
)
SELECT
    held.place,
    b.code,
    b.code AS building_code,
    held.parts,
    b.courtyard_code,
    c.name AS courtyard,
    way.name AS gate,
    b.name,
    b.number,
    b.address,
    coalesce(entrances.households, b.households) AS households,
    b.households_estimated,
    b.floors,
    coalesce(entrances.number, b.stairwells) AS stairwells,
    b.elders,
    b.vulnerable,
    marks.last_visit,
    least(coalesce(marks.seen, 0), coalesce(entrances.households, b.households)) AS seen,
    marks.tried,
    coalesce(marks.met_whole, false) AS met_whole,
    round(CAST(ST_X(spot.point) AS numeric), 6) AS lon,
    round(CAST(ST_Y(spot.point) AS numeric), 6) AS lat
FROM held
JOIN building AS b ON b.code = held.building_code AND b.retired_on IS NULL
LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geom) AS point OFFSET 0) AS spot
LEFT JOIN LATERAL (
    SELECT sum(s.households) AS households, count(*) AS number
    FROM stairwell AS s
    WHERE held.parts IS NOT NULL AND s.code = ANY(held.parts)
    HAVING count(*) > 0
) AS entrances ON true
LEFT JOIN LATERAL (
    SELECT g.name
    FROM gate AS g
    WHERE g.courtyard_code = b.courtyard_code AND g.retired_on IS NULL
    ORDER BY ST_DistanceSphere(g.geom, spot.point), g.code
    LIMIT 1
) AS way ON true
LEFT JOIN LATERAL (
    SELECT
        max(v.day) FILTER (WHERE v.outcome = 'seen') AS last_visit,
        sum(v.households) FILTER (WHERE v.day >= CAST(:month_begin AS date)) AS seen,
        (array_agg(v.outcome ORDER BY v.marked_at DESC)
            FILTER (WHERE v.day >= CAST(:month_begin AS date)))[1] AS tried,
        bool_or(
            v.outcome = 'seen' AND v.stairwell_code IS NULL
            AND v.day >= CAST(:month_begin AS date)) AS met_whole
    FROM visit AS v
    WHERE v.building_code = b.code AND v.counts AND v.day <= CAST(:at AS date)
) AS marks ON true
ORDER BY held.place, c.name, b.courtyard_code, gate, b.code
