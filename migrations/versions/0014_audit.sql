-- The audit trail. Rows are added and never changed; batches of them are sealed by a hash chain.
CREATE TABLE audit_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    account_id BIGINT,
    who TEXT NOT NULL,
    role TEXT,
    action TEXT NOT NULL,
    kind TEXT,
    code TEXT,
    community TEXT,
    detail JSONB DEFAULT '{}' NOT NULL,
    request_id TEXT,
    address TEXT,
    CONSTRAINT pk_audit_event PRIMARY KEY (id),
    CONSTRAINT ck_audit_event_action CHECK (action ~ '^[a-z_]+([.][a-z_]+)+$'),
    CONSTRAINT ck_audit_event_detail CHECK (jsonb_typeof(detail) = 'object')
);
COMMENT ON TABLE audit_event IS 'Who did what to what; rows are added, never changed.';
COMMENT ON COLUMN audit_event.account_id IS 'null: the operator, or nobody known';
COMMENT ON COLUMN audit_event.who IS 'name of the account at that time';
COMMENT ON COLUMN audit_event.action IS 'dotted words, such as plan.publish';
COMMENT ON COLUMN audit_event.kind IS 'what was acted upon: plan, account, layer ...';
COMMENT ON COLUMN audit_event.code IS 'its number, code or name';
COMMENT ON COLUMN audit_event.community IS 'code of the area concerned; null: none, or all';
COMMENT ON COLUMN audit_event.detail IS 'counts and codes; no person, no secret';
COMMENT ON COLUMN audit_event.address IS 'of the client; goes with the row when its time is over';
CREATE INDEX ix_audit_event_community ON audit_event (community, id);

CREATE TABLE audit_seal (
    number BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    ids BIGINT[] NOT NULL,
    digests BYTEA NOT NULL,
    previous BYTEA NOT NULL,
    head BYTEA NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_seal PRIMARY KEY (number),
    CONSTRAINT uq_audit_seal_last_id UNIQUE (last_id),
    CONSTRAINT ck_audit_seal_number CHECK (number > 0),
    CONSTRAINT ck_audit_seal_digests CHECK (octet_length(digests) = 32 * cardinality(ids)),
    CONSTRAINT ck_audit_seal_head CHECK (octet_length(head) = 32 AND octet_length(previous) = 32)
);
COMMENT ON TABLE audit_seal IS 'Batches of the audit trail, each chained to the one before.';
COMMENT ON COLUMN audit_seal.last_id IS 'the batch holds all ids above the one before, up to here';
COMMENT ON COLUMN audit_seal.ids IS 'rows of the batch, ascending; they may have been pruned';
COMMENT ON COLUMN audit_seal.digests IS 'SHA-256 of each row, one after the other';
COMMENT ON COLUMN audit_seal.previous IS 'head of the batch before; noughts for the first';
COMMENT ON COLUMN audit_seal.head IS 'SHA-256 over previous and this batch';

-- An id is given out only after the writer has its transaction number, so that whoever sees an id
-- and waits until all transactions of that moment have ended has seen every id below it.
CREATE FUNCTION audit_begin_insert() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END
$function$;

CREATE FUNCTION audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    RAISE EXCEPTION USING
        MESSAGE = 'the audit trail is append-only: ' || TG_OP || ' of ' || TG_TABLE_NAME
            || ' is refused',
        ERRCODE = 'insufficient_privilege';
END
$function$;

-- Retention: who owns the table may delete whole sealed batches from the oldest on, saying in
-- wangge.audit_prune up to which id.
CREATE FUNCTION audit_refuse_delete() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $function$
DECLARE
    upto bigint := nullif(current_setting('wangge.audit_prune', true), '');
BEGIN
    IF upto IS NULL
        OR NOT EXISTS (SELECT FROM audit_seal WHERE last_id = upto)
        OR NOT pg_has_role(
            current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN
        RAISE EXCEPTION 'the audit trail is append-only: only whole sealed batches may be pruned'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION audit_whole_batches() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $function$
DECLARE
    upto bigint := current_setting('wangge.audit_prune')::bigint;
BEGIN
    IF EXISTS (SELECT FROM gone WHERE id > upto)
        OR EXISTS (SELECT FROM audit_event WHERE id <= upto)
    THEN
        RAISE EXCEPTION 'only whole sealed batches of the audit trail may be pruned'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$function$;

CREATE TRIGGER audit_begin_insert BEFORE INSERT ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_begin_insert();
CREATE TRIGGER audit_refuse_change BEFORE UPDATE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_refuse_delete BEFORE DELETE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_delete();
CREATE TRIGGER audit_whole_batches AFTER DELETE ON audit_event
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_whole_batches();
CREATE TRIGGER audit_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
