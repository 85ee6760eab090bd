"""What embed keys open, kept for half a second: a key that ends is refused within one second."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from api.services.embed_keys import PREFIX, EmbedScope, UnknownKey, digest_of

_KEPT_S = 0.5
_MOST = 1024
_LONGEST = 64

LookUp = Callable[[str], Awaitable[EmbedScope | None]]


@dataclass(frozen=True, slots=True)
class _Known:
    scope: EmbedScope | None
    read_at: float


class EmbedMemory:
    """
    Look up embed keys, each at most twice a second and once for all who ask at the same time.

    Parameters
    ----------
    look_up
        Reads a key from the database; None when it is unknown.
    clock
        Seconds that only rise.

    Notes
    -----
    Age is counted from before the look-up, so a key that was revoked and committed more than
    half a second ago is never taken for a standing one, in whichever process, and whether or
    not any notification comes. Unknown keys are kept too: guessing costs the database no more
    than using.
    """

    def __init__(self, look_up: LookUp, clock: Callable[[], float] = time.monotonic) -> None:
        self._look_up = look_up
        self._clock = clock
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asked: dict[bytes, asyncio.Task[_Known]] = {}

    async def scope(self, key: str) -> EmbedScope:
        """
        Return what a key opens; it may have ended (`EmbedScope.require_standing`).

        Raises
        ------
        UnknownKey
            There is no such key.
        """
        found = await self._read(key) if len(key) <= _LONGEST and key.startswith(PREFIX) else None
        if found is None:
            raise UnknownKey(
                "There is no such embed key: compare the address with the one you were given.",
                "没有这个嵌入密钥：请核对地址是否与提供给您的一致。",
            )
        return found

    async def _read(self, key: str) -> EmbedScope | None:
        digest = digest_of(key)
        known = self._known.get(digest)
        if known is None or self._clock() - known.read_at > _KEPT_S:
            task = self._asked.get(digest)
            if task is None:
                task = asyncio.create_task(self._refresh(key, digest))
                self._asked[digest] = task
            # One visitor who leaves takes the answer from no other.
            known = await asyncio.shield(task)
        return known.scope

    async def _refresh(self, key: str, digest: bytes) -> _Known:
        try:
            read_at = self._clock()
            scope, before = await self._look_up(key), self._known.get(digest)
            # The same object while nothing changed: what was worked out for it still stands.
            same = before is not None and before.scope == scope
            known = _Known(before.scope if before is not None and same else scope, read_at)
            self._known[digest] = known
            self._known.move_to_end(digest)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
            return known
        finally:
            del self._asked[digest]


def require_standing(scope: EmbedScope) -> None:
    """Raise EndedKey when the key has ended by now."""
    scope.require_standing(datetime.now(UTC))
