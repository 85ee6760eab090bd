"""Accounts, where each holds, and how one signs in: sessions, tokens, and attempts that failed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.tables.columns import id_column, metadata, moment, one_of

ROLES = ("admin", "planner", "approver", "supervisor", "worker", "viewer")


def _digest() -> sa.Column[bytes]:
    return sa.Column(
        "digest",
        sa.LargeBinary,
        nullable=False,
        unique=True,
        comment="SHA-256 of the text, which itself is stored nowhere",
    )


def _owner() -> sa.Column[int]:
    return sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey("account.id"), nullable=False, index=True
    )


account = sa.Table(
    "account",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False, comment="NFKC, as people read it"),
    sa.Column(
        "name_key", sa.Text, nullable=False, unique=True, comment="the name without its case"
    ),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("everywhere", sa.Boolean, nullable=False, comment="true: account_scope has no rows"),
    sa.Column("worker_code", sa.Text, comment="code of the worker whose account it is"),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id with its salt"),
    sa.Column(
        "must_change",
        sa.Boolean,
        nullable=False,
        comment="the password was chosen by somebody else; nothing works until it is changed",
    ),
    moment("password_at"),
    moment("made_at"),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("login_at", sa.DateTime(timezone=True)),
    sa.Column("disabled_at", sa.DateTime(timezone=True)),
    sa.Column("disabled_by", sa.Text),
    one_of("role", ROLES),
    sa.CheckConstraint("length(name) between 1 and 64", name="name"),
    sa.CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="disabled"),
    comment="Who may sign in; a row is disabled, never deleted, because edits name it.",
)

account_scope = sa.Table(
    "account_scope",
    metadata,
    id_column(),
    _owner(),
    sa.Column("area_code", sa.Text, comment="it and the areas below it"),
    sa.Column("grid_code", sa.Text),
    sa.CheckConstraint("(area_code IS NULL) <> (grid_code IS NULL)", name="one"),
    sa.CheckConstraint("area_code ~ '^[0-9]{12}$'", name="area_code"),
    sa.CheckConstraint("grid_code ~ '^[0-9]{15}$'", name="grid_code"),
    sa.UniqueConstraint("account_id", "area_code"),
    sa.UniqueConstraint("account_id", "grid_code"),
    comment="Where an account holds: areas with all below them, and single grids.",
)

session = sa.Table(
    "session",
    metadata,
    id_column(),
    _digest(),
    _owner(),
    moment("made_at"),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=False, comment="to the minute"),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    comment="A browser that signed in; ended by deleting the row.",
)

api_token = sa.Table(
    "api_token",
    metadata,
    id_column(),
    _digest(),
    _owner(),
    sa.Column("name", sa.Text, nullable=False, comment="what it is for"),
    sa.Column("writing", sa.Boolean, nullable=False, comment="false: it only reads"),
    sa.Column("areas", pg.ARRAY(sa.Text), comment="narrower than the account's; null: as that"),
    sa.Column("grids", pg.ARRAY(sa.Text), comment="null with areas null"),
    moment("made_at"),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), comment="to the minute"),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    sa.CheckConstraint("expires_at > made_at", name="expires_at"),
    sa.CheckConstraint("(areas IS NULL) = (grids IS NULL)", name="scope"),
    comment="By which programs ask in the name of an account; a row is revoked, never deleted.",
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("key", sa.Text, primary_key=True, comment="account:ID, name:BUCKET or address:IP"),
    sa.Column("failures", sa.Integer, nullable=False, comment="since the last that succeeded"),
    sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("locked_until", sa.DateTime(timezone=True), comment="until then all are refused"),
    comment="One row for each that failed lately, however often; forgotten after a day.",
)
