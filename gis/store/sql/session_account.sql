-- The account of a browser that signed in, with its scope; none when the session has ended.
-- :digest      SHA-256 of the text in the cookie
-- :now         moment of asking
-- :idle_since  sessions not used since then have ended
SELECT
    session.id AS session_id, session.used_at, session.expires_at,
    account.id, account.name, account.role, account.everywhere, account.worker_code,
    account.must_change,
    ARRAY(
        SELECT area_code FROM account_scope
        WHERE account_id = account.id AND area_code IS NOT NULL ORDER BY area_code
    ) AS areas,
    ARRAY(
        SELECT grid_code FROM account_scope
        WHERE account_id = account.id AND grid_code IS NOT NULL ORDER BY grid_code
    ) AS grids
FROM session JOIN account ON account.id = session.account_id
WHERE session.digest = :digest
    AND session.expires_at > :now
    AND session.used_at > :idle_since
    AND account.disabled_at IS NULL
