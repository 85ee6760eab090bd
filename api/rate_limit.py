"""How often one client may ask for what costs much: a bucket of tokens for each."""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import local_path
from api.errors import TooManyAttempts, wangge_problem
from api.principal import Principal

_MOST_CLIENTS = 10_000
# Logins compute a slow hash, the others a file, a page with all its data, a division or a walk.
_COSTLY_GET = re.compile(r"/(api/v1/(downloads/|isochrone$|plans/\d+/package)|maps/)")
_COSTLY_POST = re.compile(
    r"/(login$|api/v1/(session$|plans$|plans/\d+/(previews|rebase|fork|publish)$|account/tokens$|roster$))"
)


class TooOften(TooManyAttempts):
    """One client asked for much in a short time."""

    code = "too-often"


class Buckets:
    """
    A bucket for each client: it holds as many tokens as a minute gives, and fills steadily.

    Parameters
    ----------
    per_minute
        Tokens that run into a bucket in a minute, and that it holds when full.
    clock
        Seconds that only grow.

    Notes
    -----
    O(1). Of clients beyond 10,000 those that asked longest ago are forgotten: full buckets.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token; return 0, or the seconds until there is one again."""
        now, rate = self._clock(), self._per_minute / 60
        tokens, at = self._buckets.pop(client, (self._per_minute, now))
        tokens = min(self._per_minute, tokens + (now - at) * rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
        self._buckets[client] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return wait


class RateLimit:
    """
    Refuse with 429 and Retry-After who asks for costly things more often than they may.

    A client is an account, else an address. It stands inside the gate that knows accounts.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self._per_minute = per_minute
        self._buckets = Buckets(per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not self._per_minute or scope["type"] != "http" or not _is_costly(scope):
            await self.app(scope, receive, send)
            return
        wait = math.ceil(self._buckets.take(_client(scope)))
        if not wait:
            await self.app(scope, receive, send)
            return
        fault = TooOften(
            f"More than {self._per_minute} such requests a minute: wait {wait} s "
            "(WANGGE_COSTLY_PER_MINUTE).",
            f"此类请求每分钟最多 {self._per_minute} 次：请等待 {wait} 秒"
            "（WANGGE_COSTLY_PER_MINUTE）。",
            retry_after_s=wait,
        )
        await wangge_problem(Request(scope), fault)(scope, receive, send)


def _is_costly(scope: Scope) -> bool:
    path = local_path(scope)
    wanted = _COSTLY_GET if scope["method"] in ("GET", "HEAD") else _COSTLY_POST
    return wanted.match(path) is not None


def _client(scope: Scope) -> str:
    who = scope["state"].get("principal")
    if isinstance(who, Principal) and who.account_id is not None:
        return f"account {who.account_id}"
    return f"address {scope['client'][0] if scope.get('client') else ''}"
