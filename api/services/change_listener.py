"""The one thread of a process that listens to the database and tells the event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable

from api.services.changes import Changes, News
from gis.errors import Unavailable
from gis.store.changes import Reading, snapshot_begin
from gis.store.listening import LogReader, Wake, listening

log = logging.getLogger("wangge.changes")

_BEAT_S = 1.0
_PRUNE_LOOK_S = 60.0
_KEPT_S = 1800.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0


class ChangeListener:
    """
    Reads the change log when PostgreSQL says that it grew, and every second anyway.

    What it reads is taken by `changes` in the event loop. When the connection breaks nothing is
    trusted until another one stands and the log is read on from where it was left; if that part
    is pruned by then, all that is remembered is forgotten.
    """

    def __init__(self, url: str, changes: Changes, loop: asyncio.AbstractEventLoop) -> None:
        self._url, self._changes, self._loop = url, changes, loop
        self._wake = Wake()
        self._snapshot: str | None = None
        self._thread = threading.Thread(target=self._run, name="changes", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it is over."""
        self._wake.ring()
        self._thread.join()
        self._wake.close()

    def _run(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._wake.rung:
            try:
                with listening(self._url) as reader:
                    self._read(reader)
                    pause = _FIRST_PAUSE_S
                    self._follow(reader)
            except Exception as fault:
                # Whatever it is: without this thread no page would hear of anything any more.
                self._tell_lost()
                if isinstance(fault, Unavailable):
                    log.warning("%s", fault.en)
                else:
                    log.exception("the change log is not read")
                self._wake.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _follow(self, reader: LogReader) -> None:
        look = 0.0
        while not self._wake.rung:
            reader.wait(self._wake, _BEAT_S)
            self._read(reader)
            if time.monotonic() >= look:
                reader.prune(_KEPT_S)
                look = time.monotonic() + _PRUNE_LOOK_S

    def _read(self, reader: LogReader) -> None:
        confirmed = time.monotonic()
        reading = reader.read(self._snapshot)
        news = _news(reading, self._snapshot)
        self._snapshot = reading.snapshot
        self._in_loop(self._changes.take, news, confirmed)

    def _tell_lost(self) -> None:
        self._in_loop(self._changes.lose)

    def _in_loop(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            # The loop is closed: nobody is left to be told.
            self._wake.ring()


def _news(reading: Reading, before: str | None) -> News:
    """What a reading means to a process that stood at a snapshot; None: it just began."""
    anew = before is None or reading.floor > snapshot_begin(before)
    return News(snapshot_begin(reading.snapshot), reading.floor, reading.changes, anew)
