"""How many passwords are tried at once: each takes 16 MiB and much of a core."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from gis.errors import Unavailable

AT_ONCE = 2
_MOST_WAITING = 64


class LoginQueue:
    """
    Let passwords be tried two at a time; whoever finds too long a queue is sent away.

    So a flood of logins takes neither the memory nor the threads that other requests need.
    """

    def __init__(self) -> None:
        self._seats = anyio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """
        Wait for one's turn, and have it for the length of a block.

        Raises
        ------
        Unavailable
            Too many wait already.
        """
        if self._seats.statistics().tasks_waiting >= _MOST_WAITING:
            raise Unavailable(
                "Too many people sign in at this moment: try again in a few seconds.",
                "同时登录的人太多：请几秒后重试。",
                retry_after_s=5,
            )
        async with self._seats:
            yield
