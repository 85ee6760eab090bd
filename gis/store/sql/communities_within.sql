-- Codes of the communities in an area on a day, itself if it is one, in the order of codes.
-- Binds: area code, at date.
WITH RECURSIVE within AS (
    SELECT a.code, a.level
    FROM area AS a
    WHERE a.code = :area AND a.valid @> CAST(:at AS date)
    UNION
    SELECT a.code, a.level
    FROM within
    JOIN area AS a ON a.parent_code = within.code
    WHERE a.valid @> CAST(:at AS date)
)
SELECT code FROM within WHERE level = 'community' ORDER BY code
