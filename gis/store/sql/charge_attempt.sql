-- Count an attempt before it is judged, so that a thousand at once are still counted one by one,
-- and say until when the next are refused. No row comes back when this one is refused already.
-- :key      who tries
-- :now      moment of trying
-- :afresh   failures whose last was before then are forgotten
-- :free     failures that cost no wait
-- :first_s  seconds of the first wait, doubled by each further failure
-- :most_s   seconds of the longest wait
INSERT INTO login_attempt AS known (key, failures, tried_at, locked_until)
VALUES (:key, 1, :now, NULL)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN known.tried_at < :afresh THEN 1 ELSE known.failures + 1 END,
    tried_at = :now,
    locked_until = CASE
        WHEN known.tried_at >= :afresh AND known.failures + 1 >= :free
        THEN CAST(:now AS timestamptz) + make_interval(secs => least(
            :most_s, :first_s * power(2, least(known.failures + 1 - :free, 30))
        ))
    END
WHERE known.locked_until IS NULL OR known.locked_until <= :now
RETURNING failures, locked_until
