"""Sessions and tokens in PostGIS: found by their digests, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from gis.store.statements import statement
from gis.store.tables import api_token, session

Row = Mapping[str, Any]

# The digest stays inside: what is listed opens nothing.
_LISTED = [column for column in api_token.c if column.name != "digest"]


def insert_session(connection: sa.Connection, values: Row) -> int:
    """Write a session down and return its id; `values` are columns of `session`."""
    made = sa.insert(session).values(dict(values)).returning(session.c.id)
    return int(connection.execute(made).scalar_one())


def session_account(
    connection: sa.Connection, digest: bytes, *, now: datetime, idle_since: datetime
) -> Row | None:
    """
    Return the account of a session, None when there is none or it has ended.

    Columns session_id, used_at, expires_at, id, name, role, everywhere, worker_code,
    must_change, areas, grids. One look-up by a unique index and two by the account.
    """
    values = {"digest": digest, "now": now, "idle_since": idle_since}
    found = connection.execute(statement("session_account", "holder"), values)
    return cast(Row | None, found.mappings().one_or_none())


def token_account(connection: sa.Connection, digest: bytes) -> Row | None:
    """
    Return the account of a token, ended or not; None when there is no such token.

    Columns as of `session_account`, token_id, token_name, writing, token_areas, token_grids,
    revoked_at.
    """
    found = connection.execute(statement("token_account", "holder"), {"digest": digest})
    return cast(Row | None, found.mappings().one_or_none())


def touch_session(connection: sa.Connection, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(sa.update(session).where(session.c.id == session_id).values(used_at=now))


def touch_token(connection: sa.Connection, token_id: int, now: datetime) -> None:
    """Note that a token is in use."""
    connection.execute(sa.update(api_token).where(api_token.c.id == token_id).values(used_at=now))


def end_session(connection: sa.Connection, digest: bytes) -> bool:
    """End one session; tells whether there was one."""
    ended = connection.execute(sa.delete(session).where(session.c.digest == digest))
    return bool(ended.rowcount)


def end_sessions(connection: sa.Connection, account_id: int, *, keep: bytes | None = None) -> int:
    """End the sessions of an account, but for the one of the digest `keep`; return how many."""
    mine = session.c.account_id == account_id
    others = mine if keep is None else mine & (session.c.digest != keep)
    return int(connection.execute(sa.delete(session).where(others)).rowcount)


def session_rows(
    connection: sa.Connection, account_id: int, *, now: datetime, idle_since: datetime
) -> list[Row]:
    """
    Return the sessions of an account that stand, newest first.

    Columns id, digest, made_at, used_at, expires_at; the digest is of a secret that is nowhere.
    """
    query = (
        sa.select(session)
        .where(
            session.c.account_id == account_id,
            session.c.expires_at > now,
            session.c.used_at > idle_since,
        )
        .order_by(session.c.id.desc())
    )
    return cast(list[Row], connection.execute(query).mappings().all())


def end_one(connection: sa.Connection, account_id: int, session_id: int) -> bool:
    """End one session of an account by its number; tells whether there was one."""
    this = (session.c.account_id == account_id) & (session.c.id == session_id)
    return bool(connection.execute(sa.delete(session).where(this)).rowcount)


def end_oldest(connection: sa.Connection, account_id: int, *, most: int) -> None:
    """Leave an account at most so many sessions, the newest."""
    newest = (
        sa.select(session.c.id)
        .where(session.c.account_id == account_id)
        .order_by(session.c.id.desc())
        .limit(most)
    )
    mine = session.c.account_id == account_id
    connection.execute(sa.delete(session).where(mine, session.c.id.not_in(newest)))


def forget_expired(connection: sa.Connection, now: datetime) -> None:
    """Drop sessions that can never come to life again."""
    connection.execute(sa.delete(session).where(session.c.expires_at <= now))


def insert_token(connection: sa.Connection, values: Row) -> int:
    """Write a token down and return its id; `values` are columns of `api_token`."""
    made = sa.insert(api_token).values(dict(values)).returning(api_token.c.id)
    return int(connection.execute(made).scalar_one())


def token_rows(connection: sa.Connection, account_id: int) -> list[Row]:
    """Return the tokens of an account, newest first, without their digests."""
    query = (
        sa.select(*_LISTED)
        .where(api_token.c.account_id == account_id)
        .order_by(api_token.c.id.desc())
    )
    return cast(list[Row], connection.execute(query).mappings().all())


def token_row(connection: sa.Connection, token_id: int) -> Row | None:
    """Return one token without its digest, None when there is none."""
    query = sa.select(*_LISTED).where(api_token.c.id == token_id)
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def revoke_tokens(
    connection: sa.Connection, account_id: int, at: datetime, *, token_id: int | None = None
) -> int:
    """Revoke one token of an account, or all of them; return how many stood until now."""
    standing = (api_token.c.account_id == account_id) & api_token.c.revoked_at.is_(None)
    if token_id is not None:
        standing &= api_token.c.id == token_id
    ended = sa.update(api_token).where(standing).values(revoked_at=at)
    return int(connection.execute(ended).rowcount)
