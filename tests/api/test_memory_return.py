"""Freed memory goes back to the system."""

from __future__ import annotations

import threading

from api.memory_return import MemoryReturn, give_back
from api.services.process_figures import resident_bytes

_BLOCKS, _BYTES = 40_000, 2_000


def test_what_a_thread_freed_is_resident_no_longer() -> None:
    held: list[bytearray] = []
    pins: list[bytearray] = []

    def fill() -> None:
        for number in range(_BLOCKS):
            held.append(bytearray(_BYTES))
            if number % 400 == 0:
                # Something small stays between, so that the arena does not shrink by itself.
                pins.append(bytearray(_BYTES))

    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    full = resident_bytes()
    held.clear()
    if not give_back():
        return  # another C library
    after = resident_bytes()
    assert full is not None
    assert after is not None
    assert full - after > _BLOCKS * _BYTES * 0.6
    assert pins


def test_the_thread_lives_as_long_as_the_service() -> None:
    def runs() -> bool:
        return any(thread.name == "memory" for thread in threading.enumerate())

    with MemoryReturn():
        assert runs()
    assert not runs()
