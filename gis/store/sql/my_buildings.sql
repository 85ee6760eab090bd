-- Buildings with what a worker wants to know of each, in the order to walk them.
-- Binds: buildings, stairwells (null: the whole building) and places (of their grids), side by
-- side; grid_ids of the asker's own grids; at date; month_begin date.
-- households are those of today; of a building of which only stairwells are named, theirs.
-- last_visit: the last day somebody was met. seen: households met this month, at most all.
-- parts: codes of the stairwells in the grid; null: the whole building. met_whole: somebody was
-- met this month on a visit to the building, not to a stairwell. tried: what came of the last mark
-- of this month. lon, lat: a point inside, EPSG:4326. gate: the nearest of the courtyard, on a
-- plane that is true about the building.
-- Of a building of which only stairwells are named, others look after the rest: visits to those
-- stairwells count, and visits to the building as a whole that were made in one's own grids.
-- Each OFFSET 0 keeps a building's rows found by their index, however many buildings the planner
-- expects. Of each month but this one, marks are read only until one is found that met somebody.
WITH held AS (
    SELECT
        row_number() OVER () AS n,
        min(m.place) AS place,
        m.building_code,
        CASE WHEN bool_and(m.stairwell_code IS NOT NULL)
            THEN array_agg(m.stairwell_code) END AS parts
    FROM unnest(
        CAST(:buildings AS text[]), CAST(:stairwells AS text[]), CAST(:places AS integer[])
    ) AS m (building_code, stairwell_code, place)
    GROUP BY m.building_code
),
stood AS MATERIALIZED (
    SELECT held.n, held.place, held.parts, b.*, ST_X(spot.point) AS lon, ST_Y(spot.point) AS lat
    FROM held
    CROSS JOIN LATERAL (
        SELECT
            building.code, building.courtyard_code, building.name, building.number,
            building.address, building.households, building.households_estimated, building.floors,
            building.stairwells, building.elders, building.vulnerable, building.geom,
            ST_Centroid(building.geom) AS middle
        FROM building
        WHERE building.code = held.building_code AND building.retired_on IS NULL
        OFFSET 0
    ) AS b
    CROSS JOIN LATERAL (
        -- The middle of most buildings lies inside, and is found in a fifth of the time.
        SELECT CASE WHEN ST_Intersects(b.geom, b.middle) THEN b.middle
            ELSE ST_PointOnSurface(b.geom) END AS point
        OFFSET 0
    ) AS spot
),
way AS MATERIALIZED (
    SELECT DISTINCT ON (stood.n) stood.n, g.name
    FROM stood
    JOIN gate AS g ON g.courtyard_code = stood.courtyard_code AND g.retired_on IS NULL
    ORDER BY
        stood.n,
        ((ST_X(g.geom) - stood.lon) * cosd(stood.lat)) ^ 2 + (ST_Y(g.geom) - stood.lat) ^ 2,
        g.code
),
entrances AS MATERIALIZED (
    SELECT stood.n, sum(s.households) AS households, count(*) AS number
    FROM stood JOIN stairwell AS s ON s.code = ANY(stood.parts)
    WHERE stood.parts IS NOT NULL
    GROUP BY stood.n
),
marks AS MATERIALIZED (
    SELECT DISTINCT ON (stood.n)
        stood.n,
        v.outcome AS tried,
        sum(v.households) OVER own AS seen,
        bool_or(v.outcome = 'seen' AND v.stairwell_code IS NULL) OVER own AS met_whole,
        max(v.day) FILTER (WHERE v.outcome = 'seen') OVER own AS met_on
    FROM stood
    CROSS JOIN LATERAL (
        SELECT * FROM visit
        WHERE visit.building_code = stood.code AND visit.counts
            AND visit.day BETWEEN CAST(:month_begin AS date) AND CAST(:at AS date)
            AND (
                stood.parts IS NULL
                OR visit.stairwell_code = ANY(stood.parts)
                OR (visit.stairwell_code IS NULL
                    AND visit.grid_id = ANY(CAST(:grid_ids AS bigint[]))))
        OFFSET 0
    ) AS v
    WINDOW own AS (PARTITION BY stood.n)
    ORDER BY stood.n, v.marked_at DESC
)
SELECT
    stood.place,
    stood.code,
    stood.code AS building_code,
    stood.parts,
    stood.courtyard_code,
    c.name AS courtyard,
    way.name AS gate,
    stood.name,
    stood.number,
    stood.address,
    coalesce(entrances.households, stood.households) AS households,
    stood.households_estimated,
    stood.floors,
    coalesce(entrances.number, stood.stairwells) AS stairwells,
    stood.elders,
    stood.vulnerable,
    coalesce(marks.met_on, (
        SELECT v.day
        FROM visit AS v
        WHERE v.building_code = stood.code AND v.day < CAST(:month_begin AS date)
            AND v.counts AND v.outcome = 'seen'
            AND (
                stood.parts IS NULL
                OR v.stairwell_code = ANY(stood.parts)
                OR (v.stairwell_code IS NULL AND v.grid_id = ANY(CAST(:grid_ids AS bigint[]))))
        ORDER BY v.day DESC
        LIMIT 1
    )) AS last_visit,
    least(coalesce(marks.seen, 0), coalesce(entrances.households, stood.households)) AS seen,
    marks.tried,
    coalesce(marks.met_whole, false) AS met_whole,
    CAST(round(CAST(stood.lon AS numeric), 6) AS double precision) AS lon,
    CAST(round(CAST(stood.lat AS numeric), 6) AS double precision) AS lat
FROM stood
LEFT JOIN courtyard AS c ON c.code = stood.courtyard_code
LEFT JOIN way ON way.n = stood.n
LEFT JOIN entrances ON entrances.n = stood.n
LEFT JOIN marks ON marks.n = stood.n
ORDER BY stood.place, c.name, stood.courtyard_code, gate, stood.code
