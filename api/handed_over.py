"""An answer that is a file without a name: sent in pieces, gone when it is closed."""

from __future__ import annotations

from typing import BinaryIO
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_PIECE = 256 * 1024


class HandedOver(Response):
    """
    Send an open file and close it, also when the client goes away meanwhile.

    Parameters
    ----------
    content
        At its beginning; closed here.
    size
        Its length in bytes.
    name, plain
        What the client may call it, and the same in ASCII for clients that know no other
        (RFC 6266).
    """

    def __init__(
        self, content: BinaryIO, size: int, *, name: str, plain: str, media_type: str
    ) -> None:
        self.file = content
        super().__init__(media_type=media_type)
        # A text's charset is in the file, not in the header: Shapefiles and CSV may be GBK.
        self.headers["Content-Type"] = media_type
        self.headers["Content-Length"] = f"{size}"
        self.headers["Content-Disposition"] = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        )
        self.headers["Cache-Control"] = "no-store"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it; HEAD gets the headers alone."""
        with self.file:
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            while piece := await anyio.to_thread.run_sync(self.file.read, _PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
