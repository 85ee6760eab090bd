"""
The gate at which every request is asked who sends it.

It answers `request.state.principal` once for all that lie further in, refuses secrets that stand
for nobody, and, where readers need an account, whoever has none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import local_path
from api.embed_gate import database_fault, keyed_request
from api.errors import NotSignedIn, wangge_problem
from api.presented import Presented, presented
from api.principal import NOBODY, OPERATOR
from api.security import is_from_this_machine
from api.services.embed_keys import UnknownKey
from api.services.leased_memory import LeasedMemory
from api.services.sessions import SessionTimes, signed_in
from api.services.signing import SignedIn, digest_of
from api.session_cookies import Cookies, require_own_page
from api.settings import Settings
from api.today import day_of
from gis.errors import Forbidden, WanggeError

LEASE_S = 1.5
_MOST_KNOWN = 4096
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# For everybody: how one signs in, what pages are made of, whether the service lives, and who
# is responsible here.
_PUBLIC = frozenset(
    {"/login", "/api/v1/session", "/favicon.ico"}
    # Files that browsers fetch without the cookie, the same for everybody.
    | {"/my/manifest.webmanifest", "/my/sw.js"}
)
# Not asked who comes: they tell the same to everybody, or have a secret of their own.
_UNASKED = frozenset({"/healthz", "/readyz", "/metrics"})
# Pictures of maps are the same for everybody, and styles name them without anybody's key.
_PUBLIC_BELOW = ("/web/", "/styles/sprite-", "/who/", "/who-qr/", "/who-sheet/")
_FRAMED = "/embed/"
# What programs open that know nothing but a name and a password.
_OF_PROGRAMS = ("/ogc", "/tiles/", "/styles", "/api/v1/downloads")
# What whoever has to change their password may do until then.
_OF_CHANGE = frozenset({"/account", "/api/v1/session", "/api/v1/account/password"})


class PasswordChangeWanted(Forbidden):
    """Nothing works until the password that somebody else chose is changed."""

    code = "password-change-wanted"


class SessionEnded(NotSignedIn):
    """A cookie that stands for nobody any more, or never did."""

    code = "session-ended"


class AccountGate:
    """Tell who asks, and let nobody through who must not be."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings
        self._cookies = Cookies.of(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = local_path(scope) or "/"
        state = scope["state"]
        state["principal"], state["signed"], state["secret"] = NOBODY, None, None
        if path in _UNASKED or path.startswith(_PUBLIC_BELOW) or keyed_request(scope) is not None:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        shown = presented(scope, self._cookies.session)
        try:
            if shown is None:
                self._let_in_unknown(request, path)
            else:
                await self._let_in(request, path, shown)
        except WanggeError as fault:
            if isinstance(fault, NotSignedIn) and path.startswith(_FRAMED):
                # A login page in a frame of another site would be refused there: the card tells.
                request.state.embed_fault = _keyless()
                await self.app(scope, receive, send)
                return
            answer = self._refused(request, path, shown, fault)
            await answer(scope, receive, send)
            return
        except SQLAlchemyError as fault:
            await (await database_fault(request, fault))(scope, receive, send)
            return
        await self.app(scope, receive, self._sending(request, shown, send))

    def _let_in_unknown(self, request: Request, path: str) -> None:
        settings = self._settings
        if settings.open and is_from_this_machine(request):
            request.state.principal = OPERATOR
        elif settings.readers == "accounts" and path not in _PUBLIC:
            raise NotSignedIn(
                "This needs an account: sign in, or send a token as `Authorization: Bearer`.",
                "此内容需要账号：请先登录；程序请用 `Authorization: Bearer` 发送令牌。",
            )

    async def _let_in(self, request: Request, path: str, shown: Presented) -> None:
        signed = await self._standing(request, shown)
        if signed is None:
            self._without_standing(request, path, shown)
            return
        state = request.state
        state.principal, state.signed = signed.principal, signed
        # A login is a beginning; whatever cookie came with it is of no account.
        login = path in ("/login", "/api/v1/session") and request.method == "POST"
        if shown.by == "cookie" and shown.secret is not None:
            state.secret = shown.secret
            if request.method not in _SAFE and not login:
                require_own_page(request, shown.secret)
        elif request.method not in _SAFE and signed.reads_only:
            raise Forbidden(
                "This token only reads: make one that writes.",
                "此令牌只能读取：请另建可写入的令牌。",
            )
        if signed.must_change and path not in _PUBLIC | _OF_CHANGE:
            raise PasswordChangeWanted(
                "Your password was chosen by somebody else: change it on the page /account first.",
                "您的密码由他人设置：请先在“我的账号”页面修改密码。",
            )

    async def _standing(self, request: Request, shown: Presented) -> SignedIn | None:
        if shown.secret is None:
            return None
        memory: LeasedMemory[SignedIn] = request.app.state.accounts
        signed = await memory.found(shown.secret, digest_of(shown.secret))
        if signed is None or signed.ends_at > datetime.now(UTC):
            return signed
        if shown.by == "cookie":
            return None
        # A token that ends at midnight worked on the day before.
        day = day_of(signed.ends_at - timedelta(microseconds=1))
        raise NotSignedIn(
            f"This token ended on {day}: make a new one.", f"此令牌已于 {day} 失效：请新建令牌。"
        )

    def _without_standing(self, request: Request, path: str, shown: Presented) -> None:
        """Refuse a secret that stands for nobody; pages that anyone may read are shown anyway."""
        if shown.by != "cookie":
            raise NotSignedIn(
                "There is no such token: it was mistyped, or it is no token (an account's own "
                "password is not taken here).",
                "没有这个令牌：可能抄写有误，或并非令牌（此处不能使用账号密码）。",
            )
        request.state.ended = True
        page = _wants_page(request) and self._settings.readers == "anyone"
        if path in _PUBLIC and not (path == "/api/v1/session" and request.method == "GET"):
            return
        if page or (self._settings.open and _wants_page(request)):
            self._let_in_unknown(request, path)
            return
        raise SessionEnded("Your session has ended: sign in again.", "登录已失效：请重新登录。")

    def _sending(self, request: Request, shown: Presented | None, send: Send) -> Send:
        """Keep answers to somebody out of shared caches; take a dead cookie away."""
        if shown is None:
            return send
        dead = getattr(request.state, "ended", False)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Cookie" if shown.by == "cookie" else "Authorization")
                _keep_private(headers)
                if dead and "set-cookie" not in headers:
                    self._cookies.end_in(headers)
            await send(message)

        return told

    def _refused(
        self, request: Request, path: str, shown: Presented | None, fault: WanggeError
    ) -> Response:
        """Send people to where they sign in, and programs a problem."""
        if isinstance(fault, PasswordChangeWanted) and _wants_page(request):
            return RedirectResponse(f"{request.scope['root_path']}/account", 303)
        if isinstance(fault, NotSignedIn) and _wants_page(request):
            answer: Response = RedirectResponse(_login_address(request, path, fault), 303)
        else:
            answer = wangge_problem(request, fault)
            if isinstance(fault, NotSignedIn) and _may_ask_for_password(request, path, shown):
                answer.headers["WWW-Authenticate"] = 'Basic realm="Wangge", charset="UTF-8"'
        if isinstance(fault, SessionEnded):
            self._cookies.end(answer)
        return answer


def _keyless() -> UnknownKey:
    return UnknownKey(
        "This map needs an embed key in its address: ask the office that gave it to you.",
        "此地图的地址中缺少嵌入密钥：请向提供此地图的单位索取。",
    )


def _wants_page(request: Request) -> bool:
    return request.method in _SAFE and "text/html" in request.headers.get("accept", "")


def _may_ask_for_password(request: Request, path: str, shown: Presented | None) -> bool:
    """Tell whether a browser's own box for passwords cannot come up: only programs may be asked."""
    by_page = "sec-fetch-site" in request.headers or "referer" in request.headers
    return path.startswith(_OF_PROGRAMS) and not by_page and (shown is None or shown.by == "basic")


def _login_address(request: Request, path: str, fault: WanggeError) -> str:
    root = request.scope["root_path"]
    query = request.scope["query_string"].decode("latin-1")
    wanted = root + quote(path) + (f"?{query}" if query else "")
    ended = {"ended": "1"} if isinstance(fault, SessionEnded) else {}
    return f"{root}/login?{urlencode({'next': wanted, **ended})}"


def _keep_private(headers: MutableHeaders) -> None:
    kept = headers.get("cache-control", "")
    if not kept or "public" in kept:
        headers["Cache-Control"] = "private, no-cache"


def account_memory(app_state: object, settings: Settings) -> LeasedMemory[SignedIn]:
    """Make the memory of a process; a look-up takes a seat like any request's."""
    times = SessionTimes.of(settings)

    async def look_up(secret: str) -> SignedIn | None:
        seats, engine = app_state.seats, app_state.engine  # type: ignore[attr-defined]
        assert isinstance(seats, anyio.Semaphore)  # noqa: S101
        async with seats:
            return await run_in_threadpool(
                signed_in, engine, secret, times=times, now=datetime.now(UTC)
            )

    return LeasedMemory(look_up, kept_s=LEASE_S, most=_MOST_KNOWN)
