-- Gaps of one speed and cutoff: of each kind (branch null), and of one kind in each branch.
-- Binds: communities and branches, codes side by side; profile; kind; speed metres a second;
-- cutoff_s seconds.
WITH place AS (
    SELECT *
    FROM unnest(CAST(:communities AS text[]), CAST(:branches AS text[])) AS p (community, branch)
),
found AS (
    SELECT gap.kind, place.branch, gap.households, gap.households_estimated
    FROM place
    JOIN service_gap AS gap ON gap.community_code = place.community
    WHERE gap.profile = :profile AND gap.speed_m_s = :speed AND gap.cutoff_s = :cutoff_s
)
SELECT
    kind,
    CAST(NULL AS text) AS branch,
    count(*) AS gaps,
    sum(households) AS households,
    sum(households_estimated) AS households_estimated
FROM found
GROUP BY kind
UNION ALL
SELECT kind, branch, count(*), sum(households), sum(households_estimated)
FROM found
WHERE kind = :kind
GROUP BY kind, branch
