-- Codes of every area that some areas and grids have ever covered: they, all that ever lay below
-- them, and the communities of the grids.
-- Binds: areas, grids: arrays of codes. A ring of parents ends, because each code comes once.
WITH RECURSIVE covered (code) AS (
    SELECT unnest(CAST(:areas AS text[]))
    UNION
    SELECT area.code FROM area JOIN covered ON area.parent_code = covered.code
)
SELECT code FROM covered
UNION
SELECT community_code FROM grid WHERE code = ANY (CAST(:grids AS text[]))
