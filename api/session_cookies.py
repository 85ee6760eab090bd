"""The cookies of a session, and the header by which its pages prove that they are ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import base_path, public_address
from api.errors import Intruding
from api.settings import Settings

CSRF_HEADER = "x-wangge-csrf"


@dataclass(frozen=True, slots=True)
class Cookies:
    """
    Names and attributes of the cookies of one service.

    Over https the browser itself sees to it that nobody else sets them (``__Host-``, or
    ``__Secure-`` under a sub-path, where ``__Host-`` would be refused).
    """

    session: str
    csrf: str
    form: str
    path: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Cookies:
        """Read them from the settings: the public address decides."""
        base = base_path(settings)
        secure = urlsplit(settings.public_url).scheme == "https"
        prefix = ("__Secure-" if base else "__Host-") if secure else ""
        name = f"{prefix}wangge"
        return cls(name, f"{name}-csrf", f"{name}-form", base or "/", secure)

    def begin(self, answer: Response, secret: str, *, ends_at: datetime) -> None:
        """Hand a session over; its pages read the second cookie, and no script the first."""
        self._set(answer, self.session, secret, ends_at=ends_at, hidden=True)
        self._set(answer, self.csrf, csrf_of(secret), ends_at=ends_at, hidden=False)

    def begin_form(self, answer: Response, secret: str, *, seconds: int) -> None:
        """Let a browser know the form that it was given."""
        answer.set_cookie(
            self.form,
            secret,
            max_age=seconds,
            path=self.path,
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def end(self, answer: Response) -> None:
        """Take both away."""
        for name in (self.session, self.csrf):
            answer.delete_cookie(name, path=self.path, secure=self.secure, samesite="lax")

    def end_in(self, headers: MutableHeaders) -> None:
        """Take both away in the headers of an answer under way."""
        ending = Response()
        self.end(ending)
        for value in ending.headers.getlist("set-cookie"):
            headers.append("set-cookie", value)

    def _set(
        self, answer: Response, name: str, value: str, *, ends_at: datetime, hidden: bool
    ) -> None:
        answer.set_cookie(
            name,
            value,
            expires=ends_at,
            path=self.path,
            secure=self.secure,
            httponly=hidden,
            samesite="lax",
        )


def csrf_of(secret: str) -> str:
    """Return what pages of a session send back: only whoever knows the session can make it."""
    made = hmac.digest(secret.encode(), b"wangge csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(made[:24]).decode()


def require_own_page(request: Request, secret: str) -> None:
    """
    Raise Intruding unless a writing request with a session comes from a page of this service.

    It names its origin, where a browser does, and brings the header that only such a page
    can know.
    """
    require_own_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_of(secret).encode()):
        raise Intruding(
            "The header X-Wangge-CSRF is missing or belongs to another session: load the page "
            "again. Programs use a token instead of a session.",
            "缺少 X-Wangge-CSRF 请求头，或它属于另一个会话：请重新载入页面。程序请改用令牌。",
        )


def require_own_origin(request: Request) -> None:
    """Raise Intruding when the page of another site asks."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    own = urlsplit(public_address(request, request.app.state.settings))
    if origin not in (
        f"{own.scheme}://{own.netloc}",
        f"{request.url.scheme}://{request.url.netloc}",
    ):
        raise Intruding(
            f"A page of {origin[:100]} may not do this in your name.",
            f"{origin[:100]} 的页面不能以您的名义执行此操作。",
        )
