-- Plans with their figures, newest first.
-- Binds: states text[], of the plans that may be seen, and seen text[], codes of the communities seen,
-- null for all; plan_id, community, state, each
-- null when not asked; before id of the last plan of the page before, or null; row_limit.
-- based_on is null too where that plan may not be seen.
-- Grids taken off the list do not count, nor in a published plan those without units, which never
-- stood; loads are those of grids with households, null where there are none.
-- Counts of households; validity as dates, valid_to exclusive; extent in degrees (EPSG:4326).
SELECT
    p.id,
    p.community_code,
    a.name AS community_name,
    p.name,
    p.state,
    p.tier,
    p.revision,
    p.created_at,
    base.id AS based_on,
    p.rules ->> 'name' AS rules_name,
    p.rules -> 'caps' AS caps,
    p.rules ->> 'households_kind' AS rules_households_kind,
    p.certificate,
    lower(pub.valid) AS valid_from,
    upper(pub.valid) AS valid_to,
    figures.grids,
    figures.households,
    figures.over_cap,
    figures.lowest_load,
    figures.highest_load,
    units.buildings,
    units.unassigned_units,
    units.unassigned_households,
    units.households_estimated,
    units.households_kinds,
    units.west,
    units.south,
    units.east,
    units.north
FROM plan AS p
LEFT JOIN publication AS pub ON pub.plan_id = p.id
LEFT JOIN plan AS base
    ON base.id = p.based_on
    AND (CAST(:states AS text[]) IS NULL OR base.state = ANY(CAST(:states AS text[])))
    AND (CAST(:seen AS text[]) IS NULL OR base.community_code = ANY(CAST(:seen AS text[])))
LEFT JOIN LATERAL (
    SELECT area.name
    FROM area
    WHERE area.code = p.community_code
    ORDER BY area.valid DESC
    LIMIT 1
) AS a ON true
CROSS JOIN LATERAL (
    SELECT
        count(*) AS grids,
        coalesce(sum(g.households), 0) AS households,
        count(*) FILTER (WHERE g.load > 1) AS over_cap,
        min(g.load) FILTER (WHERE g.households > 0) AS lowest_load,
        max(g.load) FILTER (WHERE g.households > 0) AS highest_load
    FROM plan_grid AS g
    -- The same as plan_grids.sql lists.
    WHERE g.plan_id = p.id AND NOT g.removed AND (p.state <> 'published' OR g.geom IS NOT NULL)
) AS figures
CROSS JOIN LATERAL (
    SELECT
        count(DISTINCT u.building_code) AS buildings,
        count(*) FILTER (WHERE s.grid_no IS NULL) AS unassigned_units,
        coalesce(sum(u.households) FILTER (WHERE s.grid_no IS NULL), 0) AS unassigned_households,
        coalesce(bool_or(u.households_estimated), false) AS households_estimated,
        coalesce(array_agg(DISTINCT u.households_kind) FILTER (WHERE u.households > 0 AND u.households_kind IS NOT NULL), '{}')
            AS households_kinds,
        min(ST_XMin(u.geom)) AS west,
        min(ST_YMin(u.geom)) AS south,
        max(ST_XMax(u.geom)) AS east,
        max(ST_YMax(u.geom)) AS north
    FROM unit AS u
    LEFT JOIN assignment AS s ON s.plan_id = p.id AND s.unit_no = u.unit_no
    WHERE u.ground_id = p.ground_id
) AS units
WHERE (CAST(:plan_id AS bigint) IS NULL OR p.id = :plan_id)
  AND (CAST(:states AS text[]) IS NULL OR p.state = ANY(CAST(:states AS text[])))
  AND (CAST(:seen AS text[]) IS NULL OR p.community_code = ANY(CAST(:seen AS text[])))
  AND (CAST(:community AS text) IS NULL OR p.community_code = :community)
  AND (CAST(:state AS text) IS NULL OR p.state = :state)
  AND (CAST(:before AS bigint) IS NULL OR p.id < :before)
ORDER BY p.id DESC
LIMIT :row_limit
