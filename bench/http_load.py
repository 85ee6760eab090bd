"""A closed loop of HTTP clients that costs little itself: each asks, reads the answer, asks on."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Load:
    """What a loop got: answers in all, answers a second, how often each status, bytes of bodies."""

    answers: int
    per_s: float
    statuses: dict[int, int]
    bytes: int


@dataclass(slots=True)
class _Client:
    """One open connection and the answer that is coming in on it."""

    channel: socket.socket
    head: bytearray = field(default_factory=bytearray)
    wanting: int = -1

    def ask(self, request: bytes) -> None:
        self.channel.sendall(request)
        self.head.clear()
        self.wanting = -1

    def read(self) -> tuple[int, int] | None:
        """Take what is there; status and length of the body once the answer is whole."""
        got = self.channel.recv(262_144)
        if not got:
            raise ConnectionError("the server closed a connection")
        self.head += got
        if self.wanting < 0:
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.wanting = end + 4 + _length(bytes(self.head[:end]))
        if len(self.head) < self.wanting:
            return None
        return int(self.head[9:12]), self.wanting


def _length(head: bytes) -> int:
    if head[9:12] == b"304":
        return 0
    _, found, rest = head.lower().partition(b"content-length:")
    if not found:
        raise ValueError(f"no length in {head!r}")
    return int(rest.partition(b"\r\n")[0])


def get(path: str, host: str, **headers: str) -> bytes:
    """Spell one GET; underscores in names of headers are hyphens."""
    told = {"host": host, **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


def load(address: str, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Let so many clients ask these requests in turn for so long."""
    parts = urlsplit(address)
    asked = cycle(requests)
    statuses: Counter[int] = Counter()
    size = 0
    with selectors.DefaultSelector() as ready:
        for _ in range(clients):
            channel = socket.create_connection((parts.hostname or "", parts.port or 80))
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = _Client(channel)
            ready.register(channel, selectors.EVENT_READ, client)
            client.ask(next(asked))
        begun = time.perf_counter()
        end = begun + seconds
        for client in _readable(ready, end):
            done = client.read()
            if done is not None:
                statuses[done[0]] += 1
                size += done[1]
                client.ask(next(asked))
        took = time.perf_counter() - begun
        for key in list(ready.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
    answers = sum(statuses.values())
    return Load(answers, answers / took, dict(statuses), size)


def _readable(ready: selectors.BaseSelector, end: float) -> Iterator[_Client]:
    while time.perf_counter() < end:
        for key, _ in ready.select(timeout=1):
            yield key.data
