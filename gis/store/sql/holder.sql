-- Accounts that may sign in, with their scopes: what sessions and tokens stand for.
WITH holder AS (
    SELECT
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
    FROM account
    WHERE account.disabled_at IS NULL
)
