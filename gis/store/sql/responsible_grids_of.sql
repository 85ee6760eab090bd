-- Grids that hold a building, or stairwells of it, on a day: base or special first; after
-- `responsible_at_building` and `responsible_held`. Binds: theirs.
SELECT code, name, kind, community_code, 0.0 AS metres
FROM held
ORDER BY kind = 'micro', code
