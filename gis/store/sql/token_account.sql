-- The account of a token, with its scope and what the token narrows; none when there is no such
-- token or its account is disabled.
-- :digest  SHA-256 of the token
SELECT
    api_token.id AS token_id, api_token.name AS token_name, api_token.writing,
    api_token.areas AS token_areas, api_token.grids AS token_grids,
    api_token.used_at, api_token.expires_at, api_token.revoked_at,
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
FROM api_token JOIN account ON account.id = api_token.account_id
WHERE api_token.digest = :digest AND account.disabled_at IS NULL
