-- The account of a token and what the token narrows; none when there is no such token or its account
-- is disabled. After holder.sql.
-- :digest  SHA-256 of the token
SELECT
    api_token.id AS token_id, api_token.name AS token_name, api_token.writing,
    api_token.areas AS token_areas, api_token.grids AS token_grids,
    api_token.used_at, api_token.expires_at, api_token.revoked_at,
    holder.*
FROM api_token JOIN holder ON holder.id = api_token.account_id
WHERE api_token.digest = :digest
