"""The envelope of every answer: request id, headers, CORS, figures, log line, last resort."""

from __future__ import annotations

import itertools
import logging
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import names_nul, read_body, too_large, with_body
from api.cross_origin import CrossOrigin, Header
from api.errors import MalformedRequest, unlisted_problem, wangge_problem
from api.request_metrics import RequestMetrics

log = logging.getLogger("wangge.access")
_USABLE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
# Only writing requests have a body that is read.
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UNMATCHED = "unmatched"
_LONGEST_PATH = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECRET = re.compile(r"=|%3d|%3f|wge_", re.IGNORECASE)


@dataclass(slots=True)
class _Exchange:
    """One request and what was answered so far."""

    send: Send
    method: str
    path: str
    request_id: bytes
    origin: bytes | None
    state: dict[str, Any]
    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    sent: int = 0


class Envelope:
    """
    Put a request id and the security headers on every answer, count it, log one line for it.

    A usable ``X-Request-ID`` of a proxy is kept. A fault that no handler knows becomes a
    problem answer here, because Starlette's own last resort lies outside all middleware and
    would send it without these headers. HEAD is answered as GET, without the body. The log
    has the route and never the query: keys and the places people ask about stand there.
    """

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str],
        base_path: str,
        metrics: RequestMetrics,
        cross_origin: CrossOrigin,
    ) -> None:
        self.app = app
        self.base_path = base_path
        self.metrics = metrics
        self.cross_origin = cross_origin
        given = {**headers, "Cache-Control": "no-cache"}
        self._headers = tuple((n.lower().encode(), v.encode("latin-1")) for n, v in given.items())
        process = secrets.token_hex(4)
        self._ids = (f"{process}{number:08x}".encode() for number in itertools.count())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = self._begun(scope, send)
        # The state is one for all who copy the scope further in.
        scope = {
            **scope,
            # Proxies may or may not cut the sub-path off; with root_path set either works.
            "root_path": self.base_path,
            "method": "GET" if exchange.method == "HEAD" else exchange.method,
            "state": exchange.state,
        }

        async def enveloped(message: Message) -> None:
            if exchange.method != "HEAD":
                await exchange.send(self._completed(exchange, message))
            elif message["type"] == "http.response.start":
                await exchange.send(self._completed(exchange, message))
                # At once, for some answers never end; who makes one sees that nobody listens.
                await exchange.send({"type": "http.response.body"})

        self.metrics.in_progress += 1
        try:
            await self._answer(exchange, scope, receive, enveloped)
        except Exception as error:
            if exchange.status:
                raise
            await unlisted_problem(Request(scope), error)(scope, receive, enveloped)
        finally:
            self.metrics.in_progress -= 1
            self._over(exchange, scope)

    def _begun(self, scope: Scope, send: Send) -> _Exchange:
        request_id = origin = None
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                request_id = value
            elif name == b"origin":
                origin = value
        if request_id is None or not _USABLE_ID.fullmatch(request_id):
            request_id = next(self._ids)
        state = {**scope.get("state", {}), "request_id": request_id.decode()}
        return _Exchange(send, scope["method"], scope["path"], request_id, origin, state)

    async def _answer(
        self, exchange: _Exchange, scope: Scope, receive: Receive, send: Send
    ) -> None:
        app = self.app
        if b"%00" in scope["query_string"] or _CONTROL.search(exchange.path):
            app = _control_problem(scope)
        elif exchange.method == "OPTIONS":
            app = self._preflight(exchange, scope) or app
        elif exchange.method in _WRITING:
            body = await read_body(scope, receive)
            if body is None:
                app = wangge_problem(Request(scope), too_large())
            elif names_nul(scope, body):
                app = _control_problem(scope)
            else:
                receive = with_body(body, receive)
        await app(scope, receive, send)

    def _preflight(self, exchange: _Exchange, scope: Scope) -> Response | None:
        method = dict(scope["headers"]).get(b"access-control-request-method")
        granted = self.cross_origin.preflight(exchange.path, exchange.origin, method)
        if granted is None:
            return None
        answer = Response(status_code=204)
        answer.raw_headers += granted
        return answer

    def _completed(self, exchange: _Exchange, message: Message) -> Message:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            headers: list[Header] = message["headers"]
            named = {name for name, _ in headers}
            headers += [header for header in self._headers if header[0] not in named]
            # What an embed key opens is told by its gate.
            if "embed" not in exchange.state:
                headers += self.cross_origin.headers(exchange.path, exchange.origin)
            headers.append((b"x-request-id", exchange.request_id))
        elif "body" in message:
            exchange.sent += len(message["body"])
        return message

    def _over(self, exchange: _Exchange, scope: Scope) -> None:
        seconds = time.perf_counter() - exchange.started
        route = exchange.state.get("route", UNMATCHED)
        self.metrics.observe(route, exchange.method, exchange.status, seconds, exchange.sent)
        if not log.isEnabledFor(logging.INFO):
            return
        told = {
            "request_id": exchange.state["request_id"],
            "method": exchange.method,
            "route": route,
            "path": _loggable(scope),
            "status": exchange.status,
            "ms": round(seconds * 1000, 1),
            "bytes": exchange.sent,
        }
        log.info(
            "%(method)s %(path)s %(status)s %(ms)s ms %(bytes)s bytes %(request_id)s",
            told,
            extra={"request": told},
        )


def _loggable(scope: Scope) -> str:
    """
    Return the path as it came, so percent-encoded: no line break in it can begin a line of the log.

    Who forgot the question mark wrote the query into the path, encoded or not: it is cut there,
    and before anything that looks like a key.
    """
    path: str = scope.get("raw_path", b"").decode("latin-1")
    shown = _SECRET.split(path, maxsplit=1)[0][:_LONGEST_PATH]
    return path if shown == path else f"{shown}..."


def _control_problem(scope: Scope) -> Response:
    # No name or code has one, PostgreSQL cannot hold NUL, and patterns disagree on line breaks.
    fault = MalformedRequest(
        "The address holds a control character, such as NUL or a line break, or the body holds "
        "NUL: leave it out.",
        "地址中含有控制字符（如空字符、换行），或正文含有空字符：请去掉后重试。",
    )
    return wangge_problem(Request(scope), fault)
