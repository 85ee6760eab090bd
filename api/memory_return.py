"""What a process has freed goes back to the system instead of staying with its threads."""

from __future__ import annotations

import ctypes
import threading
from typing import Self

EVERY_S = 60.0
_M_ARENA_MAX = -8
_ARENAS = 2


class MemoryReturn:
    """
    A thread that hands freed memory back once a minute.

    glibc keeps an arena for each thread, and in each what its largest request once needed. Two
    arenas and a regular `malloc_trim` hold a process near what it uses. Where the C library is
    another one, nothing is done. The calls hold no interpreter lock; a trim takes milliseconds.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def __enter__(self) -> Self:
        """Begin; threads started before may have arenas of their own already."""
        _keep_few_arenas()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread; returns when it is over."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            give_back()


def give_back() -> bool:
    """Hand freed memory back to the system; False where the C library cannot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return False
    trim(0)
    return True


def _keep_few_arenas() -> None:
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit is not None:
        limit(_M_ARENA_MAX, _ARENAS)
