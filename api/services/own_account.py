"""What everybody does with their own account: change its password, make and revoke its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from api.principal import Principal
from api.services import passwords, throttling
from api.services.audit import record
from api.services.scopes import require_within
from api.services.sessions import Begun, SessionTimes, begin
from api.services.signing import TOKEN_PREFIX, digest_of, new_secret, wrong_password
from api.today import HERE, end_of
from gis.errors import InputError, NotFound
from gis.store import accounts as account_store
from gis.store import login_attempts, sessions
from gis.store.asker import presenting
from gis.store.sessions import Row

LONGEST_TOKEN_DAYS = 731
_USUAL_DAYS = 90
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class NewToken:
    """
    A token that is wanted.

    Attributes
    ----------
    name
        What it is for, such as the machine it will lie on.
    writing
        Whether it may change what its account may; else it only reads.
    areas, grids
        A narrower scope than the account's; None: the same, also when that changes.
    expires_on
        Last day on which it works; None: in 90 days.
    """

    name: str
    writing: bool = False
    areas: tuple[str, ...] | None = None
    grids: tuple[str, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; this is the only time that its text can be read."""

    token: str
    row: Row


def change_password(
    engine: sa.Engine,
    who: Principal,
    old: str,
    new: str,
    *,
    times: SessionTimes,
    now: datetime,
) -> Begun:
    """
    Change one's own password; all sessions end, and one begins anew.

    Tokens stay: they are not made of the password.

    Raises
    ------
    WrongPassword, LockedOut
        The old one is not right, or was wrong too often; counted apart from logins, so that
        nobody outside can keep one from changing it.
    InputError
        The new one is not allowed, or the old one again.
    """
    account_id = require_own(who)
    if old == new:
        raise InputError("The new password is the old one.", "新密码与原密码相同。")
    passwords.require_good(new, who.name)
    with presenting(engine, passwords.name_key(who.name)).connect() as connection:
        row = account_store.password_of(connection)
    key = f"change:{account_id}"
    throttling.charge(engine, {key: throttling.OF_ACCOUNT}, now)
    if not passwords.verified(old, row["password_hash"] if row else None)[0]:
        raise wrong_password()
    values = {"password_hash": passwords.hashed(new), "must_change": False, "password_at": now}
    with engine.begin() as connection:
        login_attempts.forget(connection, key)
        account_store.update_account(connection, account_id, values)
        sessions.end_sessions(connection, account_id)
        record(connection, who, "account.password", ("account", account_id))
        return begin(connection, account_id, times=times, now=now)


def make_token(engine: sa.Engine, who: Principal, wanted: NewToken, *, now: datetime) -> MadeToken:
    """
    Make a token of one's own account and write down its digest.

    Raises
    ------
    InputError
        No name, a day that is past or too far, or a scope that is not within one's own.
    """
    account_id = require_own(who)
    token = TOKEN_PREFIX + new_secret()
    values = {
        "account_id": account_id,
        "name": _token_name(wanted.name),
        "writing": wanted.writing,
        "areas": None if wanted.areas is None else list(wanted.areas),
        "grids": None if wanted.areas is None else list(wanted.grids),
        "made_at": now,
        "expires_at": _end_of(wanted.expires_on, now),
        "digest": digest_of(token),
    }
    with engine.begin() as connection:
        if wanted.areas is not None:
            require_within(connection, who, wanted.areas, wanted.grids)
        token_id = sessions.insert_token(connection, values)
        record(connection, who, "token.make", ("token", token_id))
        return MadeToken(token, require_token(connection, account_id, token_id))


def list_tokens(engine: sa.Engine, who: Principal) -> list[Row]:
    """Return the tokens of one's own account, newest first, without their texts."""
    with engine.connect() as connection:
        return sessions.token_rows(connection, require_own(who))


def revoke_token(engine: sa.Engine, who: Principal, token_id: int, *, now: datetime) -> Row:
    """
    End a token of one's own account; ending it again changes nothing.

    Raises
    ------
    NotFound
        One's own account has none of that number.
    """
    account_id = require_own(who)
    with engine.begin() as connection:
        if sessions.revoke_tokens(connection, account_id, now, token_id=token_id):
            record(connection, who, "token.revoke", ("token", token_id))
        return require_token(connection, account_id, token_id)


def token_state(row: Row, now: datetime) -> str:
    """Tell whether a listed token is ``standing``, ``expired`` or ``revoked``."""
    if row["revoked_at"] is not None:
        return "revoked"
    return "standing" if row["expires_at"] > now else "expired"


def require_own(who: Principal) -> int:
    """Return the number of one's own account; raise NotFound for whoever has none."""
    if who.account_id is None:
        raise NotFound(
            "Whoever works without an account has no password and no tokens: sign in.",
            "未使用账号时没有密码和令牌：请先登录。",
        )
    return who.account_id


def require_token(connection: sa.Connection, account_id: int, token_id: int) -> Row:
    """Return a token of an account; raise NotFound when it has none of that number."""
    row = sessions.token_row(connection, token_id)
    if row is None or row["account_id"] != account_id:
        raise NotFound(f"There is no token {token_id}.", f"没有编号为 {token_id} 的令牌。")
    return row


def _token_name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InputError(
            f"Say in 1 to {_LONGEST_NAME} characters what the token is for.",
            f"请用 1 至 {_LONGEST_NAME} 个字符说明令牌的用途。",
        )
    return name


def _end_of(day: date | None, now: datetime) -> datetime:
    today = now.astimezone(HERE).date()
    last = day or today + timedelta(days=_USUAL_DAYS)
    most = today + timedelta(days=LONGEST_TOKEN_DAYS)
    if not today <= last <= most:
        raise InputError(
            f"A token cannot end on {last}: choose a day from {today} to {most}.",
            f"令牌不能在 {last} 到期：请选择 {today} 至 {most} 之间的日期。",
        )
    return end_of(last)
