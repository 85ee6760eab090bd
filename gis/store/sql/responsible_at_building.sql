-- Where a building lies on a day: head of `responsible_held`. Binds: building (code); at date.
WITH RECURSIVE here AS MATERIALIZED (
    SELECT b.code, b.name, b.number, b.address, b.community_code, b.courtyard_code
    FROM building AS b
    WHERE b.code = CAST(:building AS text)
      AND (b.retired_on IS NULL OR b.retired_on > CAST(:at AS date))
),
