-- Buildings that an address may mean, as they stand on a day, those of its most exact spelling that
-- means any: head of `responsible_held`.
-- Binds: whole (text[]: spellings, the most exact first); at date; candidates: most of them.
WITH RECURSIVE here AS MATERIALIZED (
    SELECT code, name, number, address, community_code, courtyard_code
    FROM (
        SELECT b.code, b.name, b.number, b.address, b.community_code, b.courtyard_code,
            rank() OVER (ORDER BY best.place) AS rank
        FROM (
            SELECT k.building_code, min(asked.place) AS place
            FROM unnest(CAST(:whole AS text[])) WITH ORDINALITY AS asked (spelled, place)
            JOIN building_key AS k ON k.key = address_key(asked.spelled)
            GROUP BY k.building_code
        ) AS best
        JOIN building AS b ON b.code = best.building_code
        WHERE b.retired_on IS NULL OR b.retired_on > CAST(:at AS date)
    ) AS ranked
    WHERE rank = 1
    ORDER BY code
    LIMIT CAST(:candidates AS integer)
),
