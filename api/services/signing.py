"""The faults of signing in, and what a secret that was presented stands for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from api.errors import NotSignedIn, TooManyAttempts
from api.principal import Principal
from api.today import HERE
from gis.errors import Forbidden

TOKEN_PREFIX = "wgt_"  # noqa: S105 - it begins a secret, it is none


class WrongPassword(NotSignedIn):
    """No account has this name and this password."""

    code = "wrong-password"


class LockedOut(TooManyAttempts):
    """Too many wrong passwords lately; a right one is refused, too."""

    code = "locked-out"


class AccountDisabled(Forbidden):
    """The password is right, but the account may not sign in any more."""

    code = "account-disabled"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """
    What the secret in a cookie or of a token stands for.

    Attributes
    ----------
    principal
        Who it is.
    ends_at
        From then on it stands for nobody.
    must_change
        Their password was chosen by somebody else: it has to be changed first.
    reads_only
        A token that writes nothing.
    token_id
        Of a token; None for a session.
    codes
        Codes of all areas that the scope covers or ever covered; empty: everywhere.
    """

    principal: Principal
    ends_at: datetime
    must_change: bool = False
    reads_only: bool = False
    token_id: int | None = None
    codes: tuple[str, ...] = ()


def new_secret() -> str:
    """Return 256 random bits as 43 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 by which a secret is known; 256 random bits need no slower digest."""
    return hashlib.sha256(secret.encode()).digest()


def locked_out(until: datetime, now: datetime) -> LockedOut:
    """Say until when nobody may sign in with a name or from an address."""
    at = until.astimezone(HERE)
    seconds = max(1, round((until - now).total_seconds()))
    return LockedOut(
        f"Too many wrong passwords: signing in is refused until {at:%H:%M:%S} ({at:%Y-%m-%d}), "
        "the right password too. Whoever is signed in stays so.",
        f"密码错误次数过多：{at:%Y-%m-%d} {at:%H:%M:%S} 之前不能登录，密码正确也不行。"
        "已登录的设备不受影响。",
        until=until.isoformat(),
        retry_after_s=seconds,
    )


def wrong_password() -> WrongPassword:
    """Say that name and password do not fit, and not which of them."""
    return WrongPassword(
        "The name or the password is wrong.",
        "账号名或密码错误。",
    )
