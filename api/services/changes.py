"""What changed, as one process knows it: for its caches, and for those who listen."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gis.store.changes import Change

LEASE_S = 5.0
"""What was read so long ago is no longer known to be true."""

_KEPT_BYTES = 2_000_000
# What news weigh, and each change in them besides its boxes.
_EACH_BYTES = 250
_WAITING = 64
_AHEAD = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """
    What one reading of the log brought.

    Attributes
    ----------
    mark
        All transactions below it had ended, and what they changed is told by now.
    floor
        What transactions below it changed may be missing from the log.
    changes
        In the order of their ids.
    anew
        The process may have missed some before these: nothing it remembers is known to be true.
    """

    mark: int
    floor: int
    changes: tuple[Change, ...]
    anew: bool = False


class Changes:
    """
    The changes of maps as they come in; lives in the event loop, touched by no other thread.

    Marks are the database's own, so those of two processes mean the same.
    """

    def __init__(self) -> None:
        self._confirmed = float("-inf")
        self._mark = 0
        self._floor = 0
        self._recent: deque[News] = deque()
        self._recent_bytes = 0
        self._watchers: list[Callable[[News], None]] = []
        self._streams: set[Stream] = set()
        self._over = False

    @property
    def trusted(self) -> bool:
        """Whether what is remembered is known to be true: the log was read to its end just now."""
        return time.monotonic() - self._confirmed < LEASE_S

    def mark(self) -> int:
        """Return the mark up to which changes are known."""
        return self._mark

    @property
    def confirmed_s(self) -> float:
        """Return how long ago the log was last read to its end, infinite when it never was."""
        return time.monotonic() - self._confirmed

    @property
    def streams(self) -> int:
        """Return how many listen."""
        return len(self._streams)

    def watch(self, watcher: Callable[[News], None]) -> None:
        """Call `watcher` with all news, before anybody trusts anything older."""
        self._watchers.append(watcher)

    def take(self, news: News, confirmed: float) -> None:
        """Take what was read; `confirmed` is the monotonic time before it was read."""
        if news.anew:
            self._recent.clear()
            self._recent_bytes, self._floor = 0, news.floor
        self._mark, self._floor = news.mark, max(self._floor, news.floor)
        if news.changes or news.anew:
            for watcher in self._watchers:
                watcher(news)
            self._remember(news)
            for stream in self._streams:
                stream.put(news)
        self._confirmed = confirmed

    def lose(self) -> None:
        """Trust nothing until the log is read again."""
        self._confirmed = float("-inf")

    def _remember(self, news: News) -> None:
        self._recent.append(news)
        self._recent_bytes += _weight(news)
        while self._too_many() or self._unasked():
            gone = self._recent.popleft()
            self._recent_bytes -= _weight(gone)
            # What stood in it can no longer be replayed to a reader who has not seen it.
            self._floor = max(self._floor, _end(gone))

    def _too_many(self) -> bool:
        return self._recent_bytes > _KEPT_BYTES and len(self._recent) > 1

    def _unasked(self) -> bool:
        """Whether the oldest news are no longer in the log, and so are replayed to nobody."""
        return bool(self._recent) and _end(self._recent[0]) <= self._floor

    @contextmanager
    def stream(self, since: int | None = None) -> Iterator[Stream]:
        """Listen, beginning with what came after a mark; without one, with what comes now."""
        stream = Stream(self.mark)
        if since is not None:
            stream.replay(self._since(since))
        if self._over:
            stream.end()
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    def _since(self, mark: int) -> News | None:
        """All that a reader at `mark` may not have seen; None when that is not known."""
        # Another process may be a little ahead; a mark far ahead is of another database.
        if not self._floor <= mark <= self._mark + _AHEAD:
            return None
        changes = tuple(c for news in self._recent for c in news.changes if c.xid >= mark)
        return News(self._mark, self._floor, changes)

    def end(self) -> None:
        """End all streams, those to come too."""
        self._over = True
        for stream in self._streams:
            stream.end()


def _weight(news: News) -> int:
    boxes = sum(0 if change.boxes is None else change.boxes.nbytes for change in news.changes)
    return _EACH_BYTES * (1 + len(news.changes)) + boxes


def _end(news: News) -> int:
    """Return the mark from which on a reader needs nothing of some news."""
    return max(news.mark, *(change.xid + 1 for change in news.changes), 0)


class Stream:
    """
    The news for one listener, in order; one who is too slow is told that some are lost.

    At most 64 wait, so a listener that does not read costs nothing but that.
    """

    def __init__(self, mark: Callable[[], int]) -> None:
        self._mark = mark
        self._waiting: deque[News] = deque()
        self._lost: int | None = None
        self._over = False
        self._something = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether the service lets the listener go."""
        return self._over

    def replay(self, news: News | None) -> None:
        """Begin with these; None: what the listener missed is not known."""
        if news is None:
            self._lose(self._mark())
        elif news.changes:
            self._add(news)

    def put(self, news: News) -> None:
        """Add news, or give up what waits when there is too much of it."""
        if news.anew or len(self._waiting) >= _WAITING:
            self._waiting.clear()
            self._lose(news.mark)
        else:
            self._add(news)

    def _add(self, news: News) -> None:
        self._waiting.append(news)
        self._something.set()

    def _lose(self, mark: int) -> None:
        # Whoever is told begins anew, and with that has seen all below the mark.
        self._lost = mark
        self._something.set()

    def end(self) -> None:
        """Let the listener go."""
        self._over = True
        self._something.set()

    async def next(self, patience_s: float) -> Next:
        """Wait for the next thing to tell, or for `patience_s`."""
        try:
            async with asyncio.timeout(patience_s):
                await self._something.wait()
        except TimeoutError:
            # Nothing waits, so the listener has been told all up to here.
            return Next(self._mark())
        if self._over:
            return Next(self._mark(), over=True)
        lost, self._lost = self._lost, None
        news = None if lost is not None else self._waiting.popleft()
        if not self._waiting:
            self._something.clear()
        if lost is not None:
            return Next(lost, lost=True)
        assert news is not None  # noqa: S101
        return Next(news.mark, news=news)


@dataclass(frozen=True, slots=True)
class Next:
    """What to tell a listener: news, or that some are lost, or that it is over, or just a mark."""

    mark: int
    news: News | None = None
    lost: bool = False
    over: bool = False
