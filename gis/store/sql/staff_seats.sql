-- What the team templates ask for and how much of it is filled on a day, by area, level and role.
-- Binds: area (code, with all below it) or null: everywhere; at date.
SELECT
    area, area_name, level, role,
    count(*) AS subjects,
    sum(needed) AS needed,
    sum(least(needed, held)) AS filled,
    sum(posts - held) AS vacant_posts,
    sum(gap) AS gap
FROM filled
GROUP BY area, area_name, level, role
ORDER BY area, level, role
