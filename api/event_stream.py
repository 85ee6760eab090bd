"""Answers that do not end: at most so many at once, each place free again however it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gis.errors import Unavailable

_COME_AGAIN_S = 30


class StreamPlaces:
    """
    Places for clients of one process that listen; lives in the event loop.

    Each holds a socket for as long as it likes, of which a process has about a thousand.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self) -> None:
        """
        Take a place.

        Raises
        ------
        Unavailable
            All are taken.
        """
        if self._taken >= self._most:
            raise Unavailable(
                f"{self._most} clients listen to changes already: come again in {_COME_AGAIN_S} "
                "seconds, or ask with `seconds=0`; WANGGE_EVENT_STREAMS allows more.",
                f"已有 {self._most} 个客户端在接收变更：请 {_COME_AGAIN_S} 秒后再试，"
                "或以 `seconds=0` 查询；可用 WANGGE_EVENT_STREAMS 调高上限。",
                retry_after_s=_COME_AGAIN_S,
            )
        self._taken += 1

    def leave(self) -> None:
        """Give a place back."""
        self._taken -= 1


class EventStream(StreamingResponse):
    """Server-sent events that hold a place, taken before, until they end or nobody listens."""

    def __init__(
        self, events: AsyncIterator[bytes], headers: Mapping[str, str], places: StreamPlaces | None
    ) -> None:
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; not even a client that was gone before keeps its place."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._places is not None:
                self._places.leave()
