-- What changed between a snapshot and now: each change exactly once, in whatever order it committed.
-- Binds: since, text of a pg_snapshot, or null for all that the log holds. One row at least: with
-- it come the snapshot of this very statement and the floor of the log.
SELECT
    pg_current_snapshot()::text AS snapshot,
    f.floor,
    c.xid,
    c.source,
    c.through,
    c.plan_id,
    c.public,
    c.areas,
    c.boxes
FROM change_floor AS f
LEFT JOIN change AS c
    ON c.xid >= coalesce(pg_snapshot_xmin(CAST(:since AS pg_snapshot))::text::bigint, 0)
    -- A log restored from a dump names transactions of another server: of those to come, none is.
    AND c.xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    AND pg_visible_in_snapshot(c.xid::text::xid8, CAST(:since AS pg_snapshot)) IS NOT TRUE
ORDER BY c.id
