-- What figures rest on, in one row: another whenever something public came, went or changed.
-- The log grows in the transaction of each change; ids may commit in another order than they were
-- given, which the count and the sum tell. The floor tells of those that came and were pruned
-- since: else an empty log would read like the empty log of hours ago.
SELECT
    (SELECT max(id) FROM walking_run) AS run,
    (SELECT floor FROM change_floor) AS floor,
    max(id) AS newest,
    count(*) AS changes,
    sum(id) AS ids
FROM change
WHERE public
