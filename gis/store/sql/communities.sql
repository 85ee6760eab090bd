-- Communities as they stand on a day, each with the plan to look at: the one that holds on that
-- day, else the newest that is not archived.
-- Binds: at date; states text[], of the plans that may be seen, null for all; seen text[] codes of the
-- communities seen, null for all; after code of the last row of the page before; row_limit.
SELECT
    a.code,
    a.name,
    parent.name AS subdistrict,
    stock.buildings,
    stock.households,
    stock.households_estimated,
    stock.households_kinds,
    stock.courtyards,
    shown.id AS plan_id,
    (
        SELECT count(*)
        FROM plan AS d
        WHERE d.community_code = a.code AND d.state = 'draft'
          AND (CAST(:states AS text[]) IS NULL OR d.state = ANY(CAST(:states AS text[])))
    ) AS drafts
FROM area AS a
LEFT JOIN area AS parent ON parent.code = a.parent_code AND parent.valid @> CAST(:at AS date)
CROSS JOIN LATERAL (
    SELECT
        count(*) AS buildings,
        coalesce(sum(b.households), 0) AS households,
        coalesce(bool_or(b.households_estimated), false) AS households_estimated,
        coalesce(array_agg(DISTINCT b.households_kind) FILTER (WHERE b.households > 0), '{}')
            AS households_kinds,
        count(DISTINCT b.courtyard_code) AS courtyards
    FROM building AS b
    WHERE b.community_code = a.code
      AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
) AS stock
LEFT JOIN LATERAL (
    SELECT p.id
    FROM plan AS p
    LEFT JOIN publication AS pub ON pub.plan_id = p.id
    WHERE p.community_code = a.code AND p.tier = 'base' AND p.state <> 'archived'
      AND (CAST(:states AS text[]) IS NULL OR p.state = ANY(CAST(:states AS text[])))
    ORDER BY coalesce(pub.valid @> CAST(:at AS date), false) DESC, p.id DESC
    LIMIT 1
) AS shown ON true
WHERE a.level = 'community'
  AND a.valid @> CAST(:at AS date)
  AND (CAST(:seen AS text[]) IS NULL OR a.code = ANY(CAST(:seen AS text[])))
  AND a.code > :after
ORDER BY a.code
LIMIT :row_limit
