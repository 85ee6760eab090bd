-- In which grids some buildings and their stairwells have been since a day, and when they were
-- looked after by whoever marks them.
-- Binds: buildings, codes; since date; worker_id or null; codes of further grids of theirs.
-- stairwell is null where the building is in the grid as a whole. upper bounds are open; null: none.
-- post_stairwell: their post is for that stairwell alone.
WITH mine AS MATERIALIZED (
    SELECT post.grid_id, post.subject_kind, post.subject_code, post.valid
    FROM post
    WHERE CAST(:worker_id AS bigint) IN (post.worker_id, post.deputy_id)
)
SELECT
    u.building_code,
    CASE u.kind WHEN 'stairwell' THEN u.unit_id END AS stairwell,
    identity.id AS grid_id,
    identity.kind = 'micro' AS micro,
    lower(period.valid) AS begins,
    upper(period.valid) AS ends,
    identity.code = ANY(CAST(:codes AS text[])) AS named,
    lower(mine.valid) AS post_begins,
    upper(mine.valid) AS post_ends,
    mine.valid IS NOT NULL AS posted,
    CASE mine.subject_kind WHEN 'stairwell' THEN mine.subject_code END AS post_stairwell
FROM unit AS u
JOIN ground ON ground.id = u.ground_id
JOIN publication AS p ON p.community_code = ground.community_code
JOIN plan ON plan.id = p.plan_id AND plan.ground_id = u.ground_id
JOIN assignment AS a ON a.plan_id = plan.id AND a.unit_no = u.unit_no
JOIN grid_period AS period ON period.plan_id = a.plan_id AND period.grid_no = a.grid_no
JOIN grid AS identity ON identity.id = period.grid_id
LEFT JOIN mine ON mine.valid && period.valid AND (
    mine.grid_id = identity.id
    OR (mine.subject_kind = 'building' AND mine.subject_code = u.building_code)
    OR (mine.subject_kind = 'stairwell' AND mine.subject_code IN (
        SELECT s.code FROM stairwell AS s WHERE s.building_code = u.building_code))
    OR (mine.subject_kind = 'group' AND mine.subject_code IN (
        SELECT member.group_code FROM building_group AS member
        WHERE member.building_code = u.building_code))
)
WHERE u.building_code = ANY(CAST(:buildings AS text[]))
  AND coalesce(upper(period.valid), 'infinity') > CAST(:since AS date)
ORDER BY u.building_code, u.unit_no, period.valid, mine.valid
