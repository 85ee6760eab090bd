"""What embed keys open, kept for half a second: a key that ends is refused within one second."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from api.services.embed_keys import PREFIX, EmbedScope, UnknownKey, digest_of
from api.services.leased_memory import LeasedMemory

_KEPT_S = 0.5
_MOST = 1024
_LONGEST = 64

LookUp = Callable[[str], Awaitable[EmbedScope | None]]


class EmbedMemory:
    """
    Look up embed keys, each at most twice a second and once for all who ask at the same time.

    Parameters
    ----------
    look_up
        Reads a key from the database; None when it is unknown.
    clock
        Seconds that only rise.
    """

    def __init__(self, look_up: LookUp, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory = LeasedMemory(look_up, kept_s=_KEPT_S, most=_MOST, clock=clock)

    async def scope(self, key: str) -> EmbedScope:
        """
        Return what a key opens; it may have ended (`EmbedScope.require_standing`).

        Raises
        ------
        UnknownKey
            There is no such key.
        """
        likely = len(key) <= _LONGEST and key.startswith(PREFIX)
        found = await self._memory.found(key, digest_of(key)) if likely else None
        if found is None:
            raise UnknownKey(
                "There is no such embed key: compare the address with the one you were given.",
                "没有这个嵌入密钥：请核对地址是否与提供给您的一致。",
            )
        return found


def require_standing(scope: EmbedScope) -> None:
    """Raise EndedKey when the key has ended by now."""
    scope.require_standing(datetime.now(UTC))
