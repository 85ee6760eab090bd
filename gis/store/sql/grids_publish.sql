-- Give grids their codes and the period they stand in. A grid is micro in a plan of micro grids and
-- nowhere else, whatever kind it was drawn as.
-- Parameters: plan_id, community_code, numbers int[], codes text[] (same length), day.
WITH given AS (
    SELECT * FROM unnest(CAST(:numbers AS int[]), CAST(:codes AS text[])) AS g (grid_no, code)
), named AS (
    UPDATE plan_grid SET
        code = given.code,
        kind = CASE WHEN plan.tier = 'micro' THEN 'micro'
                    WHEN plan_grid.kind = 'micro' THEN 'base'
                    ELSE plan_grid.kind END
    FROM given, plan
    WHERE plan_grid.plan_id = :plan_id AND plan_grid.grid_no = given.grid_no AND plan.id = :plan_id
    RETURNING plan_grid.grid_no, plan_grid.code, plan_grid.kind
), identity AS (
    INSERT INTO grid (code, community_code, kind)
    SELECT code, :community_code, kind FROM named
    ON CONFLICT (code) DO UPDATE SET kind = excluded.kind
    RETURNING id, code
)
INSERT INTO grid_period (grid_id, plan_id, grid_no, valid)
SELECT identity.id, :plan_id, named.grid_no, daterange(:day, null)
FROM identity JOIN named USING (code)
