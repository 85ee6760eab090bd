"""A service that shows one face alone, to stand in front of an intranet."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import local_path
from api.errors import wangge_problem
from gis.errors import NotFound

_MY = frozenset(
    {"/login", "/account", "/favicon.ico", "/healthz", "/readyz", "/api/v1/session", "/my"}
)
_MY_BELOW = ("/my/", "/web/", "/api/v1/my/", "/api/v1/account/")


class OnlyFace:
    """
    Let through what the worker's page needs: signing in, the page, its API, health.

    All else answers as an address that does not exist, whoever asks; the start page leads to the
    one there is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = local_path(scope) or "/"
        if path in _MY or path == "/api/v1/my" or path.startswith(_MY_BELOW):
            await self.app(scope, receive, send)
        elif path == "/":
            await RedirectResponse(f"{root}/my", 303)(scope, receive, send)
        else:
            fault = NotFound(f"There is nothing at {path}.", f"{path} 处没有内容。")
            await wangge_problem(Request(scope), fault)(scope, receive, send)
