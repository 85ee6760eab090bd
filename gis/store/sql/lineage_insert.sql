-- From which grids the grids of a publication took their buildings.
-- Parameters: plan_id; codes, from_codes text[]; households, buildings int[] (same length).
INSERT INTO lineage (plan_id, grid_id, from_grid_id, households, buildings)
SELECT :plan_id, heir.id, ancestor.id, taken.households, taken.buildings
FROM unnest(
    CAST(:codes AS text[]), CAST(:from_codes AS text[]),
    CAST(:households AS int[]), CAST(:buildings AS int[])
) AS taken (code, from_code, households, buildings)
JOIN grid AS heir ON heir.code = taken.code
JOIN grid AS ancestor ON ancestor.code = taken.from_code
