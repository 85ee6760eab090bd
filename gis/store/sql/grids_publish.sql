-- Give grids their codes and the period they stand in.
-- Parameters: plan_id, community_code, numbers int[], codes text[] (same length), day.
WITH given AS (
    SELECT * FROM unnest(CAST(:numbers AS int[]), CAST(:codes AS text[])) AS g (grid_no, code)
), named AS (
    UPDATE plan_grid SET code = given.code
    FROM given
    WHERE plan_grid.plan_id = :plan_id AND plan_grid.grid_no = given.grid_no
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
