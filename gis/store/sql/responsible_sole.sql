-- The chain of the grids that hold a spot, when a base or special one of them does: between what
-- finds the spot and `responsible_chain`.
, chained AS MATERIALIZED (
    SELECT held.community_code AS community,
        ARRAY(SELECT code FROM held) AS grids, (SELECT building FROM spot) AS building
    FROM held WHERE held.kind <> 'micro'
    ORDER BY held.code
    LIMIT 1
)
