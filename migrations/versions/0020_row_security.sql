-- Row-level security. `gis.store.asker` tells each transaction in whose name it runs:
--   wangge.account    number of the account, empty: nobody known
--   wangge.rights     names of rights, each between commas
--   wangge.areas      codes of areas with commas between; *: everywhere; empty: nowhere
--   wangge.grids      codes of grids with commas between
--   wangge.worker     code of the worker whose account it is
--   wangge.presented  digest (hexadecimal) or name that a stranger presents to be known by
-- Without them nothing of these tables is there. Who owns the tables (command line, backups) is
-- not bound: row security is not forced, so that checks of foreign keys and dumps see all.
CREATE FUNCTION asked_everywhere() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('wangge.areas', true), '') = '*'
$$;

CREATE FUNCTION asked_right(name text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT strpos(coalesce(current_setting('wangge.rights', true), ''), ',' || name || ',') > 0
$$;

CREATE FUNCTION asked_account() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('wangge.account', true), '')::bigint
$$;

CREATE FUNCTION asked_presented() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('wangge.presented', true), '')
$$;

-- Number of the worker whose account it is; looks past row security, so that policies of workers
-- and posts do not lead to one another.
CREATE FUNCTION asked_worker() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT id FROM worker WHERE code = nullif(current_setting('wangge.worker', true), '')
$$;

-- Codes of the areas in scope, of all that ever lay below them, and of the grids' communities.
CREATE FUNCTION asked_codes() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE covered (code) AS (
        SELECT unnest(string_to_array(nullif(current_setting('wangge.areas', true), ''), ','))
        UNION
        SELECT area.code FROM area JOIN covered ON area.parent_code = covered.code
    )
    SELECT array_agg(code) FROM (
        SELECT code FROM covered
        UNION
        SELECT community_code FROM grid
        WHERE code = ANY (string_to_array(nullif(current_setting('wangge.grids', true), ''), ','))
    ) AS known
$$;

-- Each function stands in a query of its own, so that it runs once for a statement, not for a row.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_event_add ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY audit_event_read ON audit_event FOR SELECT USING (
    (SELECT asked_right('audit'))
    AND ((SELECT asked_everywhere()) OR community = ANY ((SELECT asked_codes())::text[])));
ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_seal_all ON audit_seal USING (
    (SELECT asked_right('audit')) AND (SELECT asked_everywhere()));

ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_published ON plan FOR SELECT USING (state IN ('published', 'archived'));
CREATE POLICY plan_drafts ON plan USING (
    (SELECT asked_right('drafts'))
    AND ((SELECT asked_everywhere()) OR community_code = ANY ((SELECT asked_codes())::text[])));
ALTER TABLE edit ENABLE ROW LEVEL SECURITY;
CREATE POLICY edit_of_plans_seen ON edit USING (
    EXISTS (SELECT FROM plan WHERE plan.id = plan_id));
ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY assignment_of_plans_seen ON assignment USING (
    EXISTS (SELECT FROM plan WHERE plan.id = plan_id));

-- That a post is there, and where, is no secret; who holds it is. Posts of counties and
-- subdistricts end the chains of all below them.
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
CREATE POLICY post_of_scope ON post USING (
    (SELECT asked_right('map'))
    AND (
        (SELECT asked_everywhere())
        OR area_code = ANY ((SELECT asked_codes())::text[])
        OR subject_kind IN ('county', 'subdistrict')
        OR EXISTS (
            SELECT FROM grid
            WHERE grid.id = grid_id AND community_code = ANY ((SELECT asked_codes())::text[]))));
ALTER TABLE worker ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker_of_posts_seen ON worker FOR SELECT USING (
    (SELECT asked_right('staff'))
    AND (
        (SELECT asked_everywhere())
        OR EXISTS (SELECT FROM post WHERE post.worker_id = worker.id)
        OR EXISTS (SELECT FROM post WHERE post.deputy_id = worker.id)));
CREATE POLICY worker_of_roster ON worker USING (
    (SELECT asked_right('roster')) AND (SELECT asked_everywhere()));

-- These look past row security, so that policies do not lead to one another, and tell no more
-- than whether or who.
CREATE FUNCTION presented_account() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH shown (name, digest) AS (
        SELECT asked_presented(),
            CASE WHEN asked_presented() ~ '^[0-9a-f]{64}$' THEN decode(asked_presented(), 'hex') END
    )
    SELECT account_id FROM shown JOIN session USING (digest)
    UNION ALL
    SELECT account_id FROM shown JOIN api_token USING (digest)
    UNION ALL
    SELECT account.id FROM shown JOIN account ON account.name_key = shown.name
    LIMIT 1
$$;

-- The one way for a service to a password's hash: that of the name that is presented.
CREATE FUNCTION presented_password(
    OUT id bigint, OUT password_hash text, OUT disabled_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT id, password_hash, disabled_at FROM account WHERE name_key = asked_presented()
$$;

CREATE FUNCTION asked_manages(account bigint, all_over boolean) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT asked_right('accounts') AND (
        asked_everywhere()
        OR NOT all_over AND NOT EXISTS (
            WITH own (codes) AS MATERIALIZED (SELECT coalesce(asked_codes(), '{}'))
            SELECT FROM account_scope AS s
            CROSS JOIN own
            LEFT JOIN grid AS g ON g.code = s.grid_code
            WHERE s.account_id = account
                AND coalesce(s.area_code, g.community_code, '') <> ALL (own.codes)))
$$;

CREATE FUNCTION asked_manages_account(account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT asked_manages(a.id, a.everywhere) FROM account AS a WHERE a.id = account
$$;

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_own ON account USING (id = (SELECT asked_account()));
CREATE POLICY account_presented ON account FOR SELECT USING (
    id = (SELECT presented_account()));
CREATE POLICY account_managed ON account USING (
    (SELECT asked_right('accounts')) AND asked_manages(id, everywhere));
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY session_own ON session USING (account_id = (SELECT asked_account()));
CREATE POLICY session_presented ON session USING (
    encode(digest, 'hex') = (SELECT asked_presented()));
CREATE POLICY session_over_seen ON session FOR SELECT USING (expires_at <= now());
CREATE POLICY session_over ON session FOR DELETE USING (expires_at <= now());
CREATE POLICY session_managed ON session USING (
    (SELECT asked_right('accounts')) AND asked_manages_account(account_id));
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_token_own ON api_token USING (account_id = (SELECT asked_account()));
CREATE POLICY api_token_presented ON api_token USING (
    encode(digest, 'hex') = (SELECT asked_presented()));
CREATE POLICY api_token_managed ON api_token USING (
    (SELECT asked_right('accounts')) AND asked_manages_account(account_id));

-- Workers find themselves and their posts, wherever those are.
CREATE POLICY worker_self ON worker FOR SELECT USING (id = (SELECT asked_worker()));
CREATE POLICY post_own ON post FOR SELECT USING (
    worker_id = (SELECT asked_worker()) OR deputy_id = (SELECT asked_worker()));
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY visit_of_scope ON visit USING (
    ((SELECT asked_right('mark')) OR (SELECT asked_right('progress')))
    AND (
        (SELECT asked_everywhere())
        OR worker_id = (SELECT asked_worker())
        OR EXISTS (
            SELECT FROM grid
            WHERE grid.id IN (grid_id, now_grid_id)
                AND community_code = ANY ((SELECT asked_codes())::text[]))
        OR EXISTS (
            SELECT FROM post
            WHERE post.grid_id IN (visit.grid_id, visit.now_grid_id)
                AND (SELECT asked_worker()) IN (post.worker_id, post.deputy_id))));
ALTER TABLE handover_receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY handover_receipt_own ON handover_receipt USING (
    worker_id = (SELECT asked_worker()));
CREATE POLICY handover_receipt_of_scope ON handover_receipt USING (
    (SELECT asked_right('progress'))
    AND EXISTS (SELECT FROM worker WHERE worker.id = worker_id));
ALTER TABLE snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY snapshot_of_plans_seen ON snapshot USING (
    EXISTS (SELECT FROM plan WHERE plan.id = plan_id));
ALTER TABLE plan_presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_presence_of_plans_seen ON plan_presence USING (
    EXISTS (SELECT FROM plan WHERE plan.id = plan_id));
