-- What a chain is of, where that is known: head of `responsible_chain`.
-- Binds: community, grids (text[]), building (code) or null.
WITH RECURSIVE chained AS MATERIALIZED (
    SELECT CAST(:community AS text) AS community, CAST(:grids AS text[]) AS grids,
        CAST(:building AS text) AS building
)
