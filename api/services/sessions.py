"""Use cases of signing in: begin a session, tell whose it is, end it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from api.principal import NOBODY, WRITING, Principal, Right, Role
from api.services import passwords, throttling
from api.services.audit import record, record_alone
from api.services.scopes import narrowed
from api.services.signing import (
    TOKEN_PREFIX,
    AccountDisabled,
    SignedIn,
    digest_of,
    new_secret,
    wrong_password,
)
from api.settings import Settings
from gis.store import accounts as account_store
from gis.store import login_attempts, sessions
from gis.store.accounts import covered_codes
from gis.store.asker import as_account, presenting
from gis.store.sessions import Row

MOST_SESSIONS = 20
_TOUCH_AFTER = timedelta(minutes=1)
# A token manages no accounts: whoever finds one makes no further way in.
_NEVER_BY_TOKEN: frozenset[Right] = frozenset(("accounts",))


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long a session stands without being used, and in all."""

    idle: timedelta
    whole: timedelta

    @classmethod
    def of(cls, settings: Settings) -> SessionTimes:
        """Read them from the settings."""
        return cls(
            timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days)
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: the secret for the cookie, told this once, and whose it is."""

    secret: str
    signed: SignedIn


def sign_in(
    engine: sa.Engine,
    name: str,
    password: str,
    *,
    address: str,
    times: SessionTimes,
    now: datetime,
) -> Begun:
    """
    Begin a session for whoever knows the password of an account.

    The attempt is counted before the password is tried and forgiven when it is right, so that
    many at once win nothing. No connection is held while the password is tried.

    Raises
    ------
    WrongPassword
        There is no such account, or its password is another; which of the two is not told.
    LockedOut
        Too many wrong ones lately, with this name or from this address.
    AccountDisabled
        The password is right, but the account may not sign in.
    """
    key = passwords.name_key(name)
    with presenting(engine, key).connect() as connection:
        row = account_store.password_of(connection)
    own = throttling.account_key(row["id"] if row else None, key)
    whole = throttling.address_key(address)
    waits = {own: throttling.OF_ACCOUNT, whole: throttling.OF_ADDRESS}
    throttling.charge(engine, waits, now)
    right, newer = passwords.verified(password, row["password_hash"] if row else None)
    if row is None or not right:
        subject = ("account", row["id"]) if row else None
        record_alone(engine, NOBODY, "account.login_failed", subject)
        raise wrong_password()
    if row["disabled_at"] is not None:
        raise AccountDisabled(
            "This account is disabled: ask your administrator.", "此账号已停用：请联系管理员。"
        )
    with as_account(engine, row["id"]).begin() as connection:
        login_attempts.forget(connection, own)
        login_attempts.forgive(connection, whole)
        if newer is not None:
            account_store.update_account(connection, row["id"], {"password_hash": newer})
        account_store.note_login(connection, row["id"], now)
        sessions.forget_expired(connection, now)
        begun = begin(connection, row["id"], times=times, now=now)
        record(connection, begun.signed.principal, "account.login", ("account", row["id"]))
        return begun


def begin(
    connection: sa.Connection, account_id: int, *, times: SessionTimes, now: datetime
) -> Begun:
    """Write a new session of an account down; the oldest of too many ends."""
    secret = new_secret()
    digest = digest_of(secret)
    values = {"account_id": account_id, "made_at": now, "used_at": now}
    sessions.insert_session(
        connection, {**values, "digest": digest, "expires_at": now + times.whole}
    )
    sessions.end_oldest(connection, account_id, most=MOST_SESSIONS)
    row = sessions.session_account(connection, digest, now=now, idle_since=now - times.idle)
    if row is None:  # disabled in this very moment
        raise wrong_password()
    return Begun(secret, _session(row))


def sign_out(engine: sa.Engine, who: Principal, secret: str) -> None:
    """End a session; that there is none is no fault."""
    digest = digest_of(secret)
    with presenting(engine, digest.hex()).begin() as connection:
        if sessions.end_session(connection, digest):
            record(connection, who, "account.logout", ("account", who.account_id))


def signed_in(
    engine: sa.Engine, secret: str, *, times: SessionTimes, now: datetime
) -> SignedIn | None:
    """
    Tell what the secret of a session or token stands for; None when for nobody.

    A token that has ended is told with its end. At most once a minute the use is noted.
    """
    digest = digest_of(secret)
    with presenting(engine, digest.hex()).begin() as connection:
        if secret.startswith(TOKEN_PREFIX):
            row = sessions.token_account(connection, digest)
            if row is None:
                return None
            if row["used_at"] is None or now - row["used_at"] > _TOUCH_AFTER:
                sessions.touch_token(connection, row["token_id"], now)
            return _covering(connection, _token(connection, row))
        row = sessions.session_account(connection, digest, now=now, idle_since=now - times.idle)
        if row is None:
            return None
        if now - row["used_at"] > _TOUCH_AFTER:
            sessions.touch_session(connection, row["session_id"], now)
        return _covering(connection, _session(row))


def _covering(connection: sa.Connection, signed: SignedIn) -> SignedIn:
    """Read what the scope covers along with whose it is, so that no later transaction need."""
    who = signed.principal
    if who.areas is None:
        return signed
    return replace(signed, codes=covered_codes(connection, who.areas, who.grids))


def _session(row: Row) -> SignedIn:
    return SignedIn(_principal(row), row["expires_at"], must_change=row["must_change"])


def _token(connection: sa.Connection, row: Row) -> SignedIn:
    who = _principal(row, withheld=_NEVER_BY_TOKEN | (frozenset() if row["writing"] else WRITING))
    if row["token_areas"] is not None:
        areas, grids = narrowed(connection, who, row["token_areas"], row["token_grids"])
        # A worker's own list lies where their posts are, which is not what the token was kept to.
        who = replace(who, areas=areas, grids=grids, worker=None)
    ends = min(row["expires_at"], row["revoked_at"] or row["expires_at"])
    return SignedIn(
        who,
        ends,
        must_change=row["must_change"],
        reads_only=not row["writing"],
        token_id=row["token_id"],
    )


def _principal(row: Row, withheld: frozenset[Right] = frozenset()) -> Principal:
    role: Role = row["role"]
    areas = None if row["everywhere"] else tuple(row["areas"])
    return Principal(
        row["id"], row["name"], role, areas, tuple(row["grids"]), row["worker_code"], withheld
    )
