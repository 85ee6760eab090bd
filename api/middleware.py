"""The envelope of every answer: request id, security headers, and the last resort."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.encodings import accepts_gzip
from api.errors import MalformedRequest, unlisted_problem, wangge_problem

log = logging.getLogger("wangge.access")
# Tiles are kept in every encoding; theirs is another choice than gzip or nothing.
_ENCODED_ALREADY = (".mvt", ".pbf")
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Compression(GZipMiddleware):
    """
    Compress for clients that accept it.

    Starlette takes any header in which the word gzip stands for a yes, ``gzip;q=0`` too; then
    a tile in plain bytes would be compressed under the tag of the plain one.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with an Accept-Encoding that says gzip or nothing."""
        if scope["type"] == "http" and scope["path"].endswith(_ENCODED_ALREADY):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "http":
            others = [h for h in scope["headers"] if h[0] != b"accept-encoding"]
            told = ", ".join(Headers(scope=scope).getlist("accept-encoding"))
            plain = b"gzip" if accepts_gzip(told) else b"identity"
            scope = {**scope, "headers": [*others, (b"accept-encoding", plain)]}
        await super().__call__(scope, receive, send)


class Envelope:
    """
    Put a request id and the security headers on every answer, and log one line for it.

    A usable ``X-Request-ID`` of a proxy is kept. A fault that no handler knows becomes a
    problem answer here, because Starlette's own last resort lies outside all middleware and
    would send it without these headers. HEAD is answered as GET, without the body.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], base_path: str) -> None:
        self.app = app
        self.headers = dict(headers)
        self.base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Proxies may or may not cut the sub-path off; with root_path set either works.
        method = scope["method"]
        shown = "GET" if method == "HEAD" else method
        scope = {**scope, "root_path": self.base_path, "method": shown}
        request = Request(scope)
        request.state.request_id = _request_id(request)
        started, status = time.perf_counter(), 0

        async def enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(scope=message), request.state.request_id)
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        if b"%00" in scope["query_string"] or "\0" in request.url.path:
            await _nul_problem(request)(scope, receive, enveloped)
            return
        try:
            await self.app(scope, receive, enveloped)
        except Exception as error:
            if status:
                raise
            await unlisted_problem(request, error)(scope, receive, enveloped)
        took_ms = (time.perf_counter() - started) * 1000
        log.info(
            "%s %s %s %.1f ms %s",
            method,
            request.url.path,
            status,
            took_ms,
            request.state.request_id,
        )

    def _complete(self, headers: MutableHeaders, request_id: str) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-cache")
        headers["X-Request-ID"] = request_id


def _nul_problem(request: Request) -> Response:
    # PostgreSQL cannot hold the character, so no name or code has it.
    fault = MalformedRequest("The address holds a NUL character.", "地址中含有空字符。")
    return wangge_problem(request, fault)


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    return given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex[:16]
