"""By what an account gets in, its sessions and tokens: listed and ended by its administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from api.principal import Principal
from api.services.accounts import require_seen
from api.services.audit import record
from api.services.own_account import require_own, require_token
from api.services.sessions import SessionTimes
from gis.errors import NotFound
from gis.store import sessions
from gis.store.sessions import Row


@dataclass(frozen=True, slots=True)
class Access:
    """Sessions that stand, newest first, and all tokens there were; none of their texts."""

    sessions: list[Row]
    tokens: list[Row]


def access_of(
    engine: sa.Engine, who: Principal, account_id: int, *, times: SessionTimes, now: datetime
) -> Access:
    """
    Return by what an account within one's scope gets in.

    Raises
    ------
    NotFound
        There is no such account within one's scope.
    """
    with engine.connect() as connection:
        require_seen(connection, who, account_id)
        return Access(
            sessions.session_rows(connection, account_id, now=now, idle_since=now - times.idle),
            sessions.token_rows(connection, account_id),
        )


def own_sessions(
    engine: sa.Engine, who: Principal, *, times: SessionTimes, now: datetime
) -> list[Row]:
    """Return the sessions of one's own account that stand, newest first."""
    number = require_own(who)
    with engine.connect() as connection:
        return sessions.session_rows(connection, number, now=now, idle_since=now - times.idle)


def end_own_session(engine: sa.Engine, who: Principal, session_id: int) -> None:
    """
    End a session of one's own account, such as that of a phone that is lost.

    Raises
    ------
    NotFound
        One's own account has none of that number.
    """
    number = require_own(who)
    with engine.begin() as connection:
        _end(connection, who, number, session_id)


def end_session_of(engine: sa.Engine, who: Principal, account_id: int, session_id: int) -> None:
    """
    End a session of an account within one's scope.

    Raises
    ------
    NotFound
        There is no such account within one's scope, or it has none of that number.
    """
    with engine.begin() as connection:
        require_seen(connection, who, account_id)
        _end(connection, who, account_id, session_id)


def revoke_token_of(
    engine: sa.Engine, who: Principal, account_id: int, token_id: int, *, now: datetime
) -> Row:
    """
    End a token of an account within one's scope; ending it again changes nothing.

    Raises
    ------
    NotFound
        There is no such account within one's scope, or it has none of that number.
    """
    with engine.begin() as connection:
        require_seen(connection, who, account_id)
        if sessions.revoke_tokens(connection, account_id, now, token_id=token_id):
            record(connection, who, "token.revoke", ("token", token_id))
        return require_token(connection, account_id, token_id)


def _end(connection: sa.Connection, who: Principal, account_id: int, session_id: int) -> None:
    if not sessions.end_one(connection, account_id, session_id):
        raise NotFound(f"There is no session {session_id}.", f"没有编号为 {session_id} 的登录。")
    record(connection, who, "session.end", ("session", session_id))
