"""One client's connection, and what its answers were worth."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import brotli

from bench.endurance_ledgers import Outages, now

_REMEDY = ("again", "稍后", "再试")
_MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: the connection broke before it did."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    begun: float
    ended: float

    def document(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def names_the_remedy(self) -> bool:
        """Whether it says that the database is away, and what to do."""
        text = self.body.decode("utf-8", "replace")
        return self.status == 503 and any(word in text for word in _REMEDY)


Check = Callable[[Answer], str | None]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, the statuses it may be answered with, and what else must hold."""

    path: str
    expected: tuple[int, ...] = (200,)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    check: Check | None = None


@dataclass(slots=True)
class Tally:
    """What all clients were answered; used by all threads."""

    outages: Outages
    begun: float = field(default_factory=now)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    took: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    wrong: int = 0
    excused: list[tuple[float, float]] = field(default_factory=list)
    good: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str, ask: Ask, answer: Answer) -> None:
        """Judge an answer."""
        excused = self.outages.excuse(answer.begun, answer.ended) and answer.names_the_remedy
        fault = None
        if not excused:
            if answer.status not in ask.expected:
                said = answer.body[:160].decode("utf-8", "replace")
                fault = f"{answer.status}, not {ask.expected}: {said}"
            elif ask.check is not None:
                fault = ask.check(answer)
        with self.lock:
            self.statuses[(kind, answer.status)] += 1
            if excused:
                self.excused.append((answer.begun, answer.ended))
            else:
                self.took.setdefault(kind, []).append(answer.ended - answer.begun)
        if fault is not None:
            self.fault(f"{kind}: {ask.method} {ask.path}: {fault}")

    def arrived(self, answer: Answer) -> None:
        """Note a good answer of the database itself."""
        if answer.status == 200:
            with self.lock:
                self.good.append(answer.ended)

    def fault(self, said: str) -> None:
        """Write a fault down, with its minute."""
        with self.lock:
            self.wrong += 1
            if len(self.faults) < _MOST_FAULTS:
                self.faults.append(f"{(now() - self.begun) / 60:6.2f} min  {said}")
                print(self.faults[-1], flush=True)


class Line:
    """A connection that stays open; who asks is told by the headers of each request."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._http = self._new()

    def _new(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)

    def ask(self, ask: Ask) -> Answer:
        """Send a request; a connection that was closed while idle is opened anew, once."""
        body = None if ask.body is None else json.dumps(ask.body)
        headers = dict(ask.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        begun = now()
        for fresh in (False, True):
            if fresh:
                self._http.close()
                self._http = self._new()
            try:
                self._http.request(ask.method, ask.path, body, headers)
                told = self._http.getresponse()
                read = told.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as why:
                lost = repr(why)
                continue
            except (OSError, http.client.HTTPException) as why:
                lost = repr(why)
                self._http.close()
                break
            named = {name.lower(): value for name, value in told.getheaders()}
            named["set-cookie"] = "\n".join(told.headers.get_all("set-cookie") or [])
            return Answer(told.status, named, _plain(read, named), begun, now())
        return Answer(0, {}, lost.encode(), begun, now())


def _plain(body: bytes, headers: Mapping[str, str]) -> bytes:
    encoding = headers.get("content-encoding", "identity")
    if encoding == "gzip":
        return gzip.decompress(body)
    return brotli.decompress(body) if encoding == "br" and body else body


def encoding(rng: random.Random) -> dict[str, str]:
    """Return the header of a client that takes one of the encodings."""
    return {"Accept-Encoding": rng.choice(("gzip", "br", "identity"))}
