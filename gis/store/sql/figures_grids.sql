-- Published grids and their posts on a day, by branch and for all (branch null).
-- Binds: communities and branches, codes side by side; at date.
-- load = households / cap, 1 is exactly full. Loads are told of base grids, and of special ones
-- that have households; micro grids lie inside base grids and are counted apart. A published grid
-- has a code, so ix_plan_grid_published alone is read. ``flags`` (JSON) is told of all only.
WITH place AS (
    SELECT *
    FROM unnest(CAST(:communities AS text[]), CAST(:branches AS text[])) AS p (community, branch)
),
standing AS MATERIALIZED (
    SELECT
        place.branch,
        i.id,
        i.kind,
        g.load,
        g.posts_needed,
        g.flags,
        i.kind = 'base' OR (i.kind = 'special' AND g.households > 0) AS loaded
    FROM place
    JOIN grid AS i ON i.community_code = place.community
    JOIN grid_period AS period ON period.grid_id = i.id AND period.valid @> CAST(:at AS date)
    JOIN plan_grid AS g
        ON g.plan_id = period.plan_id AND g.grid_no = period.grid_no AND g.code IS NOT NULL
),
grids AS (
    SELECT
        branch,
        count(*) FILTER (WHERE kind = 'base') AS base,
        count(*) FILTER (WHERE kind = 'special') AS special,
        count(*) FILTER (WHERE kind = 'micro') AS micro,
        count(*) FILTER (WHERE loaded AND load < 0.8) AS low,
        count(*) FILTER (WHERE loaded AND load >= 0.8 AND load <= 1) AS fit,
        count(*) FILTER (WHERE loaded AND load > 1 AND load <= 1.2) AS over,
        count(*) FILTER (WHERE loaded AND load > 1.2) AS far_over,
        avg(load) FILTER (WHERE loaded) AS mean_load,
        max(load) FILTER (WHERE loaded) AS highest_load,
        sum(posts_needed) FILTER (WHERE kind <> 'micro') AS posts_needed
    FROM standing
    GROUP BY GROUPING SETS ((branch), ())
),
posts AS (
    SELECT
        s.branch,
        count(DISTINCT post.code) AS posts,
        count(DISTINCT post.code) FILTER (WHERE post.worker_id IS NULL) AS vacant,
        count(DISTINCT post.worker_id) AS workers,
        count(*) FILTER (WHERE post.id IS NULL AND s.kind = 'base') AS grids_without_post
    FROM standing AS s
    LEFT JOIN post ON post.grid_id = s.id AND post.valid @> CAST(:at AS date)
    GROUP BY GROUPING SETS ((s.branch), ())
),
published AS (
    SELECT place.branch, count(*) AS published, max(lower(p.valid)) AS since
    FROM place
    JOIN publication AS p ON p.community_code = place.community
    WHERE p.tier = 'base' AND p.valid @> CAST(:at AS date)
    GROUP BY GROUPING SETS ((place.branch), ())
),
flagged AS (
    SELECT jsonb_object_agg(flag, grids) AS flags
    FROM (
        SELECT flag, count(*) AS grids
        FROM standing
        CROSS JOIN unnest(flags) AS flag
        WHERE kind <> 'micro'
        GROUP BY flag
    ) AS each
)
SELECT
    grids.*,
    posts.posts,
    posts.vacant,
    posts.workers,
    posts.grids_without_post,
    published.published,
    published.since,
    CASE WHEN grids.branch IS NULL THEN flagged.flags END AS flags
FROM grids
JOIN posts ON posts.branch IS NOT DISTINCT FROM grids.branch
LEFT JOIN published ON published.branch IS NOT DISTINCT FROM grids.branch
CROSS JOIN flagged
