"""The short way of a tile from memory to a client: no routing, no parsing, no thread."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.encodings import best_encoding
from api.entity_tags import matches
from api.seeing import request_scope
from api.services.tile_answers import TileAnswers
from api.services.tile_cache import EncodedTile
from api.today import today

TILE_ROUTE = "/tiles/{layers}/{z}/{x}/{y}.mvt"


class TileFace:
    """
    Answer addresses of tiles that memory knows; everything else goes on to the routes.

    An address comes to be known when a route has checked it and answered it once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or "/tiles/" not in scope["path"]:
            await self.app(scope, receive, send)
            return
        accepted = named = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepted = accepted + b"," + value if accepted else value
            elif name == b"if-none-match":
                named = named + b"," + value if named else value
        answers: TileAnswers = scope["app"].state.tiles
        known = answers.remembered(
            (scope["path"], scope["query_string"], request_scope(scope)),
            today(),
            best_encoding(accepted.decode("latin-1")),
        )
        if known is None:
            await self.app(scope, receive, send)
        else:
            scope["state"]["route"] = TILE_ROUTE
            await _send(known, named, send)


class TileAnswer(Response):
    """A tile as the answer of a route: 304 when the client named its tag."""

    def __init__(self, tile: EncodedTile, named: bytes) -> None:
        super().__init__()
        self._tile, self._named = tile, named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""
        await _send(self._tile, self._named, send)


async def _send(tile: EncodedTile, named: bytes, send: Send) -> None:
    good = named == tile.etag or (
        bool(named) and matches(named.decode("latin-1"), tile.etag.decode())
    )
    status, headers = (304, tile.still_good) if good else (200, tile.headers)
    # A list of its own: middleware adds to it.
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b"" if good else tile.body})
