"""What was looked up a moment ago: each thing once for all who ask, and never for long."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Known(Generic[Found]):
    found: Found | None
    read_at: float


class LeasedMemory(Generic[Found]):
    """
    Remember what secrets stand for, each by its digest.

    Parameters
    ----------
    look_up
        Reads what a secret stands for from the database; None when it stands for nothing.
    kept_s
        Seconds until a secret is looked up again.
    most
        So many are remembered; the one looked up longest ago goes first.
    clock
        Seconds that only rise.

    Notes
    -----
    Age is counted from before the look-up, so what was ended and committed more than `kept_s`
    ago is never taken for standing, in whichever process, and whether or not any notification
    comes. Unknown secrets are kept too: guessing costs the database no more than using.
    """

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[Found | None]],
        *,
        kept_s: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up = look_up
        self._kept_s = kept_s
        self._most = most
        self._clock = clock
        self._known: OrderedDict[bytes, _Known[Found]] = OrderedDict()
        self._asked: dict[bytes, asyncio.Task[_Known[Found]]] = {}

    async def found(self, secret: str, digest: bytes) -> Found | None:
        """Return what a secret stands for; None when it stands for nothing."""
        known = self._known.get(digest)
        if known is None or self._clock() - known.read_at > self._kept_s:
            task = self._asked.get(digest)
            if task is None:
                task = asyncio.create_task(self._refresh(secret, digest))
                self._asked[digest] = task
            # One visitor who leaves takes the answer from no other.
            known = await asyncio.shield(task)
        return known.found

    def forget(self) -> None:
        """Look everything up again, also what is being looked up right now."""
        self._known.clear()
        self._asked.clear()

    async def _refresh(self, secret: str, digest: bytes) -> _Known[Found]:
        task = asyncio.current_task()
        try:
            read_at = self._clock()
            found, before = await self._look_up(secret), self._known.get(digest)
            # The same object while nothing changed: what was worked out for it still stands.
            same = before is not None and before.found == found
            known = _Known(before.found if before is not None and same else found, read_at)
            if self._asked.get(digest) is task:
                self._keep(digest, known)
            return known
        finally:
            if self._asked.get(digest) is task:
                del self._asked[digest]

    def _keep(self, digest: bytes, known: _Known[Found]) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
