"""What lies between the envelope and the routes: compression, and a note of the route."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.encodings import accepts_gzip

# Tiles are kept in every encoding; theirs is another choice than gzip or nothing.
# Downloads of these formats are packed, or read by programs that want their length.
_ENCODED_ALREADY = (".mvt", ".pbf", ".zip", ".xlsx", ".parquet", ".gpkg", ".fgb")


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


class RouteSeen:
    """Innermost: note the template of the route that answered, for the log and the figures."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self.app(scope, receive, send)
        finally:
            if "route" in scope:
                scope["state"]["route"] = scope["route"].path
