-- Buildings, households and groups of people of communities on a day, by kind of households.
-- Binds: communities codes; at date.
-- Read from ix_building_stock alone. ``lived_in_*`` are the buildings on which a count rests;
-- ``known_*`` those that carry one.
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
    coalesce(sum(b.households) FILTER (WHERE b.households_estimated), 0) AS households_estimated,
    count(b.residents) AS known_residents,
    count(b.elders) AS known_elders,
    count(b.vulnerable) AS known_vulnerable,
    coalesce(sum(b.residents), 0) AS residents,
    coalesce(sum(b.elders), 0) AS elders,
    coalesce(sum(b.vulnerable), 0) AS vulnerable,
    count(*) FILTER (WHERE b.residents > 0) AS lived_in_residents,
    count(*) FILTER (WHERE b.elders > 0) AS lived_in_elders,
    count(*) FILTER (WHERE b.vulnerable > 0) AS lived_in_vulnerable
FROM building AS b
WHERE b.community_code = ANY(:communities)
  AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
  AND b.code NOT IN (SELECT code FROM away)
GROUP BY b.community_code, b.households_kind
