"""
The gate that requests with an embed key pass: each is confined to what its key opens.

It rewrites the query before any route sees it, so that tiles, TileJSON, styles and figures know
areas and layers only, and a tile drawn for one key serves every other of the same area.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import local_path, public_address
from api.cross_origin import EXPOSED, PREFLIGHT
from api.errors import wangge_problem
from api.services.embed_keys import EmbedScope, OutsideKey, scope_of
from api.services.embed_memory import EmbedMemory, require_standing
from gis.errors import WanggeError
from maps.embeds import FIGURES, OF_STYLE, PAGES

# Addresses that keys open; the name of the group says what is checked.
_ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        r"/embed/sheet/(?P<community>[^/]+)",
        r"/embed/(?P<page>[^/]+)",
        r"/tiles/(?P<layers>[^/]+)(\.json|/[^/]+/[^/]+/[^/]+\.(mvt|pbf))",
        r"/styles/(?!sprite-)(?P<style>[^/]+?)(\.json|/legend\.(json|svg))",
        r"/api/v1/(?P<figures>figures)",
        r"/api/v1/embed-key",
        r"/api/v1/changes",
    )
)
# The one walk that is published; others are trials.
_PROFILE = "default"
# Longer addresses are read each time: what is remembered has a bound in bytes, too.
_LONGEST_KEPT = 512


@dataclass(slots=True, eq=False)
class KeyedRequest:
    """A request with an embed key: what is asked for, and the rest of its query."""

    key: str
    wanted: re.Match[str]
    query: tuple[tuple[str, str], ...]
    _confined: tuple[EmbedScope, bytes] | None = None

    @property
    def is_page(self) -> bool:
        """Whether people read the answer, also when it is a refusal."""
        return "/embed/" in self.wanted.string

    @property
    def place(self) -> str:
        """Name of the parameter that says which area."""
        return "area" if self.wanted.groupdict().get("figures") else "community"

    def values(self, name: str) -> list[str]:
        """Values of a parameter, in the order given."""
        return [value for given, value in self.query if given == name]

    def confined(self, embed: EmbedScope) -> bytes:
        """
        Return the query with its area set to the key's, or to the one asked for inside it.

        Raises
        ------
        OutsideKey
            A layer that is not open, a draft, or a walk that is not the published one.
        NotFound
            An area outside the key's.
        """
        # The memory of keys hands out one object while nothing about the key changes.
        if self._confined is None or self._confined[0] is not embed:
            self._confined = embed, _confine(self, embed).encode()
        return self._confined[1]


def keyed_request(scope: Scope) -> KeyedRequest | None:
    """Read the key of a request; None when it has none or asks for what no key opens."""
    if scope["type"] != "http":
        return None
    query: bytes = scope["query_string"]
    # A name may be percent-encoded; the routes would read it all the same.
    if b"key=" not in query and b"%" not in query:
        return None
    path = local_path(scope)
    if len(path) + len(query) > _LONGEST_KEPT:
        return _read_key(path, query)
    return _keyed(path, query)


# Tiles are asked for again and again; reading their addresses took longer than the answer.
@lru_cache(maxsize=4096)
def _keyed(path: str, query_string: bytes) -> KeyedRequest | None:
    return _read_key(path, query_string)


def _read_key(path: str, query_string: bytes) -> KeyedRequest | None:
    query = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    keys = [value for name, value in query if name == "key"]
    wanted = next((found for p in _ADDRESSES if (found := p.fullmatch(path))), None)
    if not keys or wanted is None:
        return None
    return KeyedRequest(keys[-1], wanted, tuple(query))


def _confine(asked: KeyedRequest, embed: EmbedScope) -> str:
    embed.require_layers(_layers(asked))
    if asked.values("plan"):
        raise OutsideKey(
            "An embed key opens published grids only: leave plan out.",
            "嵌入密钥只包含已发布的网格：请去掉 plan 参数。",
        )
    if set(asked.values("profile")) - {_PROFILE}:
        raise OutsideKey(
            "An embed key opens the published walks only: leave profile out.",
            "嵌入密钥只包含已发布的步行结果：请去掉 profile 参数。",
        )
    named = asked.wanted.groupdict().get("community") or next(
        (code for code in reversed(asked.values(asked.place)) if code), None
    )
    area = embed.area_within(named)
    rest = [(name, value) for name, value in asked.query if name != asked.place]
    return urlencode([*rest, (asked.place, area)])


def _layers(asked: KeyedRequest) -> Sequence[str]:
    named = asked.wanted.groupdict()
    if named.get("layers"):
        return named["layers"].split(",")
    if named.get("style"):
        return OF_STYLE.get(named["style"], (named["style"],))
    if named.get("page"):
        return PAGES.get(named["page"], (named["page"],))
    if named.get("figures"):
        return (FIGURES,)
    return PAGES["sheet"] if named.get("community") else ()


class EmbedGate:
    """Let requests with an embed key through to what it opens, and tell browsers whose it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        asked = keyed_request(scope)
        if asked is None:
            await self.app(scope, receive, send)
            return
        try:
            embed = await scope["app"].state.embeds.scope(asked.key)
        except WanggeError as fault:
            await self._refused(scope, asked, fault)(scope, receive, send)
            return
        except SQLAlchemyError as fault:
            await (await database_fault(Request(scope), fault))(scope, receive, send)
            return
        scope["state"]["embed"] = embed
        origin = _header(scope, b"origin")
        shown = _opened_to(origin, embed, send)
        app: ASGIApp
        try:
            require_standing(embed)
            if origin is not None:
                _require_origin(scope, origin, embed)
            scope["query_string"] = asked.confined(embed)
        except WanggeError as fault:
            app = self._refused(scope, asked, fault)
        else:
            app = _preflight() if _asks_first(scope, origin, embed) else self.app
        await app(scope, receive, shown)

    def _refused(self, scope: Scope, asked: KeyedRequest, fault: WanggeError) -> ASGIApp:
        """Answer a refusal: programs get a problem, people a page that says it in words."""
        if not asked.is_page:
            return wangge_problem(Request(scope), fault)
        scope["state"]["embed_fault"] = fault
        return self.app


async def database_fault(request: Request, fault: SQLAlchemyError) -> Response:
    """Answer as a route would whose statement failed."""
    kinds = (kind for kind in type(fault).__mro__ if kind in request.app.exception_handlers)
    answer = request.app.exception_handlers.get(next(kinds, None))
    if answer is None:
        raise fault
    return cast(Response, await answer(request, fault))


def _header(scope: Scope, wanted: bytes) -> str | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value, "latin-1")
    return None


def _asks_first(scope: Scope, origin: str | None, embed: EmbedScope) -> bool:
    """Tell whether a browser asks whether a page that the key names may read with own headers."""
    if scope["method"] != "OPTIONS" or origin not in embed.origins:
        return False
    return _header(scope, b"access-control-request-method") in ("GET", "HEAD")


def _preflight() -> Response:
    answer = Response(status_code=204)
    answer.raw_headers += PREFLIGHT
    return answer


def _require_origin(scope: Scope, origin: str, embed: EmbedScope) -> None:
    own = urlsplit(public_address(Request(scope), scope["app"].state.settings))
    if origin != f"{own.scheme}://{own.netloc}":
        embed.require_origin(origin)


def _opened_to(origin: str | None, embed: EmbedScope, send: Send) -> Send:
    """Name the page's origin in the answer when the key does, and let no cache outlive the key."""
    opened = [
        (b"cross-origin-resource-policy", b"cross-origin" if embed.origins else b"same-origin")
    ]
    if origin is not None and origin in embed.origins:
        opened += ((b"access-control-allow-origin", origin.encode("latin-1")), EXPOSED)

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*_without_own(message["headers"]), *opened]
        await send(message)

    return told


_OPENING = (b"cross-origin-resource-policy", b"access-control-allow-origin")


def _without_own(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """What an answer says of itself; who may read it and how long depends on the key."""
    varies, caching = [b"Origin"], b"private, no-cache"
    for name, value in headers:
        if name == b"vary":
            varies.append(value)
        elif name == b"cache-control":
            caching = value if b"no-store" in value else caching
        elif name not in _OPENING:
            yield name, value
    yield b"vary", b", ".join(varies)
    yield b"cache-control", caching


def embed_memory(app_state: object) -> EmbedMemory:
    """Make the memory of a process; a look-up takes a seat like any request's."""

    async def look_up(key: str) -> EmbedScope | None:
        seats, engine = app_state.seats, app_state.engine  # type: ignore[attr-defined]
        assert isinstance(seats, anyio.Semaphore)  # noqa: S101

        def read() -> EmbedScope | None:
            with engine.connect() as connection:
                return scope_of(connection, key)

        async with seats:
            return await run_in_threadpool(read)

    return EmbedMemory(look_up)
