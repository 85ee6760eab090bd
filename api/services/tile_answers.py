"""Tiles as HTTP answers: from memory, or drawn once however many ask at the same time."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

import anyio
import anyio.to_thread

from api.encodings import Encoding, decoded, encoded
from api.services.changes import Changes, News
from api.services.tile_cache import EncodedTile, Header, Spelling, Tile, TileCache
from api.services.tile_places import TilePlaces
from gis.errors import Forbidden
from gis.store.sight import Outlook
from maps.tiles import MVT, DrawnTile, LeftOut, TileRequest

PRIVATE = "private, no-cache"
_SITES = "sites"
# Below this the frame of an encoding eats what it saves.
_WORTH_ENCODING = 64


class Source(Protocol):
    """What tiles are drawn from; both are called in threads. See `api.services.tiles`."""

    def draw(self, request: TileRequest) -> tuple[DrawnTile, bool]:
        """Draw a tile; and tell whether it shows what is published alone."""

    def require_plan(self, plan_id: int, outlook: Outlook) -> None:
        """Raise NotFound when there is no such plan to be seen."""


@dataclass(slots=True, eq=False)
class _Flight:
    """
    A tile that is being drawn.

    `begun` is set by the thread before it reads; what is told later may be missing from it.
    """

    task: asyncio.Task[Tile] | None = None
    begun: bool = False
    outdated: bool = False


class TileAnswers:
    """
    The tiles of one process; lives in the event loop.

    A tile is stored only when nothing that touches it was told between the beginning of its
    drawing and its end, and served from memory only while the change log is known to its end.

    Parameters
    ----------
    source
        Reads the database, in threads.
    seats
        As many may draw at once as there are connections.
    most_bytes
        Memory for kept tiles; 0 keeps none.
    cache_control
        What caches on the way are told.

    Attributes
    ----------
    served
        How many were answered from memory, by drawing, and by waiting for one being drawn.
    """

    def __init__(
        self,
        source: Source,
        seats: anyio.Semaphore,
        changes: Changes,
        *,
        most_bytes: int,
        cache_control: str,
    ) -> None:
        self.cache = TileCache(most_bytes)
        self.served = {"memory": 0, "drawn": 0, "joined": 0}
        self._source, self._seats, self._changes = source, seats, changes
        self._cache_control = cache_control.encode("latin-1")
        self._flights: dict[TileRequest, _Flight] = {}
        self._flying = TilePlaces()
        self._encodings: dict[tuple[int, Encoding], asyncio.Task[EncodedTile]] = {}
        changes.watch(self._take)

    def remembered(self, spelling: Spelling, today: date, encoding: Encoding) -> EncodedTile | None:
        """Return what an address was answered with before, when that is known to be true still."""
        tile = self.cache.by_address(spelling, today) if self._changes.trusted else None
        known = None if tile is None else tile.encoded.get(_worth(tile, encoding))
        if known is not None:
            self.served["memory"] += 1
        return known

    async def tile(self, request: TileRequest, encoding: Encoding, outlook: Outlook) -> Tile:
        """
        Return a tile, drawn when memory has none that is known to be true.

        A drawn one is in the encoding of whoever asked first; `encoded` gives any.

        Raises
        ------
        Forbidden
            Suggested sites, for somebody whom the service does not know.
        WanggeError, SQLAlchemyError
            Whatever drawing raises, for all who wait for it; it is not remembered.
        """
        if not outlook.known and _SITES in request.layers:
            raise unknown_reader()
        kept = self.cache.by_request(request) if self._changes.trusted else None
        if kept is not None and (kept.public or outlook.drafts):
            self.served["memory"] += 1
            return kept
        if request.plan_id is not None and not (outlook.drafts and outlook.scope is None):
            # Before anything is drawn or waited for: what is not seen is answered like no plan.
            async with self._seats:
                await anyio.to_thread.run_sync(
                    partial(self._source.require_plan, request.plan_id, outlook)
                )
        return await self._flight(request, encoding)

    async def encoded(self, tile: Tile, encoding: Encoding) -> EncodedTile:
        """Return a tile in an encoding."""
        wanted = _worth(tile, encoding)
        known = tile.encoded.get(wanted)
        if known is not None:
            return known
        key = (id(tile), wanted)
        task = self._encodings.get(key)
        if task is None:
            task = self._encodings[key] = asyncio.create_task(self._encode(tile, wanted))
            task.add_done_callback(lambda _: self._encodings.pop(key))
        return await asyncio.shield(task)

    async def _encode(self, tile: Tile, encoding: Encoding) -> EncodedTile:
        name, known = next(iter(tile.encoded.items()))

        def work() -> EncodedTile:
            plain = decoded(known.body, name)
            digest, told = _digest(plain), _left_out_of(known)
            return self._encoded(
                plain, encoding, digest, told, self._caching(tile.request, tile.public)
            )

        made = await anyio.to_thread.run_sync(work)
        self.cache.add_encoding(tile, encoding, made)
        return made

    async def _flight(self, request: TileRequest, encoding: Encoding) -> Tile:
        flight = self._flights.get(request)
        if flight is None or flight.outdated:
            flight = self._flights[request] = _Flight()
            self._flying.add(request)
            flight.task = asyncio.create_task(self._fly(request, encoding, flight))
            # If all who waited are gone, nobody asks how it ended.
            flight.task.add_done_callback(lambda task: task.cancelled() or task.exception())
            self.served["drawn"] += 1
        else:
            self.served["joined"] += 1
        assert flight.task is not None  # noqa: S101
        # One client that leaves takes the tile from no other.
        return await asyncio.shield(flight.task)

    async def _fly(self, request: TileRequest, encoding: Encoding, flight: _Flight) -> Tile:
        def work() -> Tile:
            flight.begun = True
            drawn, public = self._source.draw(request)
            worth: Encoding = encoding if len(drawn.body) >= _WORTH_ENCODING else "identity"
            digest = _digest(drawn.body)
            caching = self._caching(request, public)
            made = self._encoded(drawn.body, worth, digest, _told(drawn), caching)
            return Tile(request, public, {worth: made})

        try:
            async with self._seats:
                tile = await anyio.to_thread.run_sync(work)
        finally:
            if self._flights.get(request) is flight:
                del self._flights[request]
                self._flying.discard(request)
        if not flight.outdated:
            self.cache.keep(tile)
        return tile

    def _caching(self, request: TileRequest, public: bool) -> bytes:
        """What caches are told: a draft is kept by none, what some see alone by no shared one."""
        if not public:
            return b"private, no-store"
        hidden = request.scope is not None or _SITES in request.layers
        return PRIVATE.encode() if hidden else self._cache_control

    def _take(self, news: News) -> None:
        for request in self._flying.touched(news):
            # One that has not begun to read will see what was told.
            if self._flights[request].begun:
                self._flights[request].outdated = True
        self.cache.forget(news)

    def _encoded(
        self,
        plain: bytes,
        encoding: Encoding,
        digest: str,
        left_out: tuple[Header, ...],
        caching: bytes,
    ) -> EncodedTile:
        body = encoded(plain, encoding)
        tag = digest if encoding == "identity" else f"{digest}-{encoding}"
        etag = f'"{tag}"'.encode()
        always: tuple[Header, ...] = (
            (b"etag", etag),
            (b"cache-control", caching),
            (b"vary", b"Accept-Encoding"),
            *left_out,
        )
        own: list[Header] = [(b"content-type", MVT.encode())]
        if encoding != "identity":
            own.append((b"content-encoding", encoding.encode()))
        own.append((b"content-length", str(len(body)).encode()))
        return EncodedTile(body, etag, (*own, *always), always)


def unknown_reader() -> Forbidden:
    """Refuse what only those whom the service knows may see."""
    return Forbidden(
        "Suggested sites are shown to accounts only: sign in.", "建议选址仅向账号开放：请先登录。"
    )


def _worth(tile: Tile, encoding: Encoding) -> Encoding:
    plain = tile.encoded.get("identity")
    small = plain is not None and len(plain.body) < _WORTH_ENCODING
    return "identity" if small else encoding


def _digest(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()[:32]


_LEFT_OUT = b"x-wangge-left-out"


def _told(drawn: DrawnTile) -> tuple[Header, ...]:
    """Spell what was left out, such as ``buildings smallest=120``."""
    told = ", ".join(_spelled(one) for one in drawn.left_out)
    return ((_LEFT_OUT, told.encode("ascii")),) if told else ()


def _spelled(one: LeftOut) -> str:
    return f"{one.layer} {one.what}={one.count}"


def _left_out_of(known: EncodedTile) -> tuple[Header, ...]:
    return tuple(header for header in known.headers if header[0] == _LEFT_OUT)
