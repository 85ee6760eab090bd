-- Buildings and households of communities on a day, by kind of households.
-- Binds: communities codes; at date.
-- Read from ix_building_stock alone.
WITH away AS (
    SELECT code
    FROM retirement
    WHERE layer = 'buildings' AND retired_on <= CAST(:at AS date) AND returned_on > CAST(:at AS date)
)
SELECT
    b.community_code,
    b.households_kind,
    count(*) AS buildings,
    sum(b.households) AS households,
    coalesce(sum(b.households) FILTER (WHERE b.households_estimated), 0) AS households_estimated
FROM building AS b
WHERE b.community_code = ANY(:communities)
  AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
  AND b.code NOT IN (SELECT code FROM away)
GROUP BY b.community_code, b.households_kind
