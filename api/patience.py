"""Connections that send too much, or too slowly, before there is a request to answer."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable

from api.errors import HeadTooLarge, TooSlow
from api.unreadable import PlainSpokenProtocol

# The address has 64 KB of its own; headers are a few hundred bytes, with cookies a few thousand.
_MOST_HEAD_BYTES = 65_536
# Of Linux; elsewhere the system gives up in its own time, some fifteen minutes.
_GIVE_UP = getattr(socket, "TCP_USER_TIMEOUT", None)
GIVE_UP_S = 60


class PatientProtocol(PlainSpokenProtocol):
    """HTTP with an end to its patience: a bounded head, and a time by which a request is there."""

    _since: float | None = None
    _in_head = True
    _head_bytes = 0
    _pending = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        _give_up_on_the_dead(transport)
        self._since = time.monotonic()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._since, self._in_head, self._head_bytes = time.monotonic(), True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count what the headers hold; what lies above the bound is not kept."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes <= _MOST_HEAD_BYTES:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Refuse a head that is too large, else hand the request on."""
        self._in_head = False
        if self._head_bytes <= _MOST_HEAD_BYTES:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait no longer: the request is there."""
        self._since = None
        if self._head_bytes <= _MOST_HEAD_BYTES:
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body of a request that was handed on."""
        if self._head_bytes <= _MOST_HEAD_BYTES:
            super().on_body(body)

    def data_received(self, data: bytes) -> None:
        """Read what came; a head without end, or one endless header, is refused here."""
        if self._in_head and self._since is not None:
            # The parser hands a header on only when it is whole.
            self._pending += len(data)
        super().data_received(data)
        if not self._in_head:
            self._pending = 0
        if self._head_bytes > _MOST_HEAD_BYTES or self._pending > 2 * _MOST_HEAD_BYTES:
            self._refuse_large()

    def _refuse_large(self) -> None:
        if not self.transport.is_closing():
            kilobytes = _MOST_HEAD_BYTES // 1024
            self.refuse(
                HeadTooLarge(
                    f"The headers are larger than {kilobytes} KB: send fewer or shorter ones.",
                    f"请求头超过 {kilobytes} KB：请减少或缩短请求头。",
                )
            )

    def waits_since(self) -> float | None:
        """Return since when this connection waits for the rest of a request; None: it does not."""
        return self._since

    def refuse_slow(self, seconds: float) -> None:
        """Give up on a request that does not come."""
        self._since = None
        cycle = self.cycle
        answering = cycle is not None and cycle.response_started and not cycle.response_complete
        # Browsers open connections ahead of need; an answer to nothing would confuse them.
        if answering or not self.headers:
            self.transport.close()
            return
        self.refuse(
            TooSlow(
                f"The request did not arrive within {seconds:g} s: send it at once.",
                f"请求未能在 {seconds:g} 秒内到达：请一次发送完毕。",
            )
        )


def _give_up_on_the_dead(transport: asyncio.Transport) -> None:
    """Let the system close a connection whose client confirms nothing that was sent to it."""
    line = transport.get_extra_info("socket")
    if line is not None and _GIVE_UP is not None and line.family != socket.AF_UNIX:
        line.setsockopt(socket.IPPROTO_TCP, _GIVE_UP, GIVE_UP_S * 1000)


def refuse_the_slow(connections: Iterable[object], seconds: float) -> None:
    """Close the connections whose requests have not arrived in their time."""
    latest = time.monotonic() - seconds
    slow = [
        one
        for one in connections
        if isinstance(one, PatientProtocol)
        and (since := one.waits_since()) is not None
        and since < latest
    ]
    for one in slow:
        one.refuse_slow(seconds)
