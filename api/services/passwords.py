"""
Names and passwords: what may be one, and how a password is kept.

Passwords are kept as argon2id digests, so slow that a stolen table tells no good password. An
unknown name costs as long as a known one: its password is held against a digest of nothing.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from importlib.resources import files

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gis.errors import InputError

SHORTEST, LONGEST = 10, 200
LONGEST_NAME = 64
_SHORTEST_REST = 6
# More than OWASP asks for at least (12 MiB and three passes): memory is taken at every login, and
# what it lacks the passes make up for.
_HASHER = Argon2Hasher(time_cost=6, memory_cost=16_384, parallelism=1)
_ROWS = (
    "1234567890",
    "0987654321",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)


class WeakPassword(InputError):
    """A password that would be guessed soon."""

    code = "weak-password"


def account_name(text: str) -> str:
    """
    Return a name as it is kept: NFKC, single spaces, 1 to 64 characters, none invisible.

    >>> account_name("　Ｗａｎｇ  Li ")
    'Wang Li'

    Raises
    ------
    InputError
        Nothing is left, or it is too long, or has control or format characters.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    strange = any(unicodedata.category(sign)[0] == "C" for sign in name)
    if not name or len(name) > LONGEST_NAME or strange:
        raise InputError(
            f"A name has 1 to {LONGEST_NAME} characters and none that cannot be seen.",
            f"账号名须为 1 至 {LONGEST_NAME} 个字符，且不能含不可见字符。",
        )
    return name


def name_key(text: str) -> str:
    """
    Return what two spellings of one name have in common; any text has one.

    >>> name_key(" ＬＩ Na") == name_key("li na")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def require_good(password: str, name: str) -> None:
    """
    Check the rules: 10 characters or more, not the name, not common, not a row of keys.

    Raises
    ------
    WeakPassword
        It breaks one; the message says which.
    """
    folded = _kept(password).casefold()
    if not SHORTEST <= len(folded) <= LONGEST:
        raise WeakPassword(
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(folded)}.",
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，此密码为 {len(folded)} 个。",
        )
    key = name_key(name)
    if len(folded.replace(key, "")) < _SHORTEST_REST and key in folded:
        raise WeakPassword(
            "The password is the name, or little more: choose another.",
            "密码与账号名相同或过于接近：请另选密码。",
        )
    if folded in _common() or _is_run(folded):
        raise WeakPassword(
            "This password is among the first that anybody would try: choose a longer sentence "
            "or words that do not belong together.",
            "此密码过于常见，最先被人猜到：请改用较长的句子或几个互不相关的词。",
        )


def hashed(password: str) -> str:
    """Return the argon2id digest of a password, with a salt of its own; some 50 ms of a core."""
    return _passwords().hash(_kept(password))


def verified(password: str, digest: str | None) -> tuple[bool, str | None]:
    """
    Tell whether a password is right, and its digest of today when the stored one is of yesterday.

    Without a digest (there is no such account) it takes as long and is wrong.
    """
    if len(password) > LONGEST * 4:
        password = ""
    right, newer = _passwords().verify_and_update(_kept(password), digest or _of_nobody())
    return right and digest is not None, newer if right and digest is not None else None


def invented() -> str:
    """
    Return a random password that is easy to read out: 4 groups of 4 letters and digits.

    80 bits: nobody guesses it, and it is meant to be changed.
    """
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))


@cache
def _common() -> frozenset[str]:
    """Return what everybody tries first: ten characters and more, in small letters."""
    text = (files("api.services") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def _passwords() -> PasswordHash:
    return PasswordHash((_HASHER,))


@cache
def _of_nobody() -> str:
    return _passwords().hash(secrets.token_urlsafe(32))


def _kept(password: str) -> str:
    # Full-width digits of an input method are the same digits on another keyboard.
    return unicodedata.normalize("NFKC", password)


def _is_run(folded: str) -> bool:
    """Tell whether it is one short piece again and again, or a row of keys or of the alphabet."""
    if re.fullmatch(r"(.{1,4}?)\1+.{0,3}", folded, re.DOTALL):
        return True
    return any(folded in row * 3 for row in _ROWS)
