-- Accounts, their scopes, sessions, tokens, and attempts that failed.
CREATE TABLE account (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role TEXT NOT NULL,
    everywhere BOOLEAN NOT NULL,
    worker_code TEXT,
    password_hash TEXT NOT NULL,
    must_change BOOLEAN NOT NULL,
    password_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    made_by TEXT NOT NULL,
    login_at TIMESTAMP WITH TIME ZONE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    disabled_by TEXT,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT ck_account_role CHECK (role in ('admin', 'planner', 'approver', 'supervisor', 'worker', 'viewer')),
    CONSTRAINT ck_account_name CHECK (length(name) between 1 and 64),
    CONSTRAINT ck_account_disabled CHECK ((disabled_at IS NULL) = (disabled_by IS NULL)),
    CONSTRAINT uq_account_name_key UNIQUE (name_key)
);
COMMENT ON TABLE account IS
    'Who may sign in; a row is disabled, never deleted, because edits name it.';
COMMENT ON COLUMN account.name IS
    'NFKC, as people read it';
COMMENT ON COLUMN account.name_key IS
    'the name without its case';
COMMENT ON COLUMN account.everywhere IS
    'true: account_scope has no rows';
COMMENT ON COLUMN account.worker_code IS
    'code of the worker whose account it is';
COMMENT ON COLUMN account.password_hash IS
    'argon2id with its salt';
COMMENT ON COLUMN account.must_change IS
    'the password was chosen by somebody else; nothing works until it is changed';
CREATE TABLE account_scope (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    account_id BIGINT NOT NULL,
    area_code TEXT,
    grid_code TEXT,
    CONSTRAINT pk_account_scope PRIMARY KEY (id),
    CONSTRAINT ck_account_scope_one CHECK ((area_code IS NULL) <> (grid_code IS NULL)),
    CONSTRAINT ck_account_scope_area_code CHECK (area_code ~ '^[0-9]{12}$'),
    CONSTRAINT ck_account_scope_grid_code CHECK (grid_code ~ '^[0-9]{15}$'),
    CONSTRAINT uq_account_scope_account_id_area_code UNIQUE (account_id, area_code),
    CONSTRAINT uq_account_scope_account_id_grid_code UNIQUE (account_id, grid_code),
    CONSTRAINT fk_account_scope_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE INDEX ix_account_scope_account_id ON account_scope (account_id);
COMMENT ON TABLE account_scope IS
    'Where an account holds: areas with all below them, and single grids.';
COMMENT ON COLUMN account_scope.area_code IS
    'it and the areas below it';
CREATE TABLE session (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    digest BYTEA NOT NULL,
    account_id BIGINT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT ck_session_digest CHECK (octet_length(digest) = 32),
    CONSTRAINT uq_session_digest UNIQUE (digest),
    CONSTRAINT fk_session_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE INDEX ix_session_expires_at ON session (expires_at);
COMMENT ON TABLE session IS
    'A browser that signed in; ended by deleting the row.';
COMMENT ON COLUMN session.digest IS
    'SHA-256 of the text, which itself is stored nowhere';
COMMENT ON COLUMN session.used_at IS
    'to the minute';
CREATE TABLE api_token (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    digest BYTEA NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    writing BOOLEAN NOT NULL,
    areas TEXT[],
    grids TEXT[],
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_token PRIMARY KEY (id),
    CONSTRAINT ck_api_token_digest CHECK (octet_length(digest) = 32),
    CONSTRAINT ck_api_token_expires_at CHECK (expires_at > made_at),
    CONSTRAINT ck_api_token_scope CHECK ((areas IS NULL) = (grids IS NULL)),
    CONSTRAINT uq_api_token_digest UNIQUE (digest),
    CONSTRAINT fk_api_token_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE INDEX ix_api_token_account_id ON api_token (account_id);
COMMENT ON TABLE api_token IS
    'By which programs ask in the name of an account; a row is revoked, never deleted.';
COMMENT ON COLUMN api_token.digest IS
    'SHA-256 of the text, which itself is stored nowhere';
COMMENT ON COLUMN api_token.name IS
    'what it is for';
COMMENT ON COLUMN api_token.writing IS
    'false: it only reads';
COMMENT ON COLUMN api_token.areas IS
    'narrower than the account''s; null: as that';
COMMENT ON COLUMN api_token.grids IS
    'null with areas null';
COMMENT ON COLUMN api_token.used_at IS
    'to the minute';
CREATE TABLE login_attempt (
    key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_login_attempt PRIMARY KEY (key)
);
CREATE INDEX ix_login_attempt_tried_at ON login_attempt (tried_at);
COMMENT ON TABLE login_attempt IS
    'One row for each that failed lately, however often; forgotten after a day.';
COMMENT ON COLUMN login_attempt.key IS
    'account:ID, name:BUCKET or address:IP';
COMMENT ON COLUMN login_attempt.failures IS
    'since the last that succeeded';
COMMENT ON COLUMN login_attempt.locked_until IS
    'until then all are refused';
