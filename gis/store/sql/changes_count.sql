-- How many staged things were new and how many changed; a post counts once, whatever its subjects.
SELECT count(*) FILTER (WHERE fresh) AS added,
       count(*) FILTER (WHERE NOT fresh) AS changed
FROM (
    SELECT code, bool_and(state = 'added') AS fresh
    FROM pg_temp.staged_change
    GROUP BY code
) AS each
