-- Communities of today with their standing buildings, the largest first.
-- No binds.
SELECT area.code, area.name, count(building.id) AS buildings
FROM area
LEFT JOIN building ON building.community_code = area.code AND building.retired_on IS NULL
WHERE area.level = 'community' AND upper_inf(area.valid)
GROUP BY area.code, area.name
ORDER BY buildings DESC, area.code
