-- The account of a browser that signed in; none when the session has ended. After holder.sql.
-- :digest      SHA-256 of the text in the cookie
-- :now         moment of asking
-- :idle_since  sessions not used since then have ended
SELECT session.id AS session_id, session.used_at, session.expires_at, holder.*
FROM session JOIN holder ON holder.id = session.account_id
WHERE session.digest = :digest
    AND session.expires_at > :now
    AND session.used_at > :idle_since
