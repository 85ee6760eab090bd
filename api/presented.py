"""What a request presents to be known by: a cookie, a bearer token, or a token as a password."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Literal

from starlette.types import Scope

from api.services.signing import TOKEN_PREFIX

_SECRET = re.compile(r"(wgt_)?[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Presented:
    """
    A secret and how it came.

    Attributes
    ----------
    by
        cookie, bearer or basic.
    secret
        As it came; None when it cannot be any that was ever given out.
    """

    by: Literal["cookie", "bearer", "basic"]
    secret: str | None


def presented(scope: Scope, cookie_name: str) -> Presented | None:
    """
    Read what a request presents; a token goes before a cookie. None: nothing.

    A header of another scheme is somebody else's business, such as a proxy's.
    """
    cookies: list[str] = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            found = _authorization(value.decode("latin-1"))
            if found is not None:
                return found
        elif name == b"cookie":
            cookies.append(value.decode("latin-1"))
    if not any(cookie_name in text for text in cookies):
        return None
    return _cookie(cookies, cookie_name)


def _authorization(value: str) -> Presented | None:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "bearer":
        return Presented("bearer", _usable(rest.strip(), token=True))
    if scheme.lower() != "basic":
        return None
    try:
        _, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except ValueError:
        password = ""
    return Presented("basic", _usable(password, token=True))


def _cookie(headers: list[str], cookie_name: str) -> Presented | None:
    for part in "; ".join(headers).split(";"):
        name, _, value = part.strip().partition("=")
        if name == cookie_name:
            return Presented("cookie", _usable(value.strip('"'), token=False))
    return None


def _usable(secret: str, *, token: bool) -> str | None:
    fits = _SECRET.fullmatch(secret) is not None and secret.startswith(TOKEN_PREFIX) == token
    return secret if fits else None
