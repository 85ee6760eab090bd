-- Delete old changes once in a while: those of transactions that had ended when the last pruning
-- was, so that a reader is told (by the floor) only when it was away for as long.
-- Binds: every_s, seconds between two prunings. Nothing happens when it is not yet time.
WITH due AS (
    UPDATE change_floor
    SET floor = next_floor,
        next_floor = pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        next_at = now()
    WHERE next_at <= now() - make_interval(secs => :every_s)
    RETURNING floor
)
DELETE FROM change USING due WHERE change.xid < due.floor
