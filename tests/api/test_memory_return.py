"""Freed memory goes back to the system."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

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


_ARENAS = """
import ctypes, sys, threading
from pathlib import Path
from api.memory_return import keep_memory_together

if sys.argv[2] == "kept" and not keep_memory_together():
    sys.exit("not set")
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(8)

def take():
    together.wait()
    for _ in range(200):
        libc.malloc(5_000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
told = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
print(Path(sys.argv[1]).read_text().count("<heap nr="))
"""


def arenas(path: str, how: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", _ARENAS, path, how], capture_output=True, text=True, check=True
    )
    return int(told.stdout)


def test_eight_threads_share_two_arenas(tmp_path: Path) -> None:
    assert arenas(f"{tmp_path}/kept.xml", "kept") <= 2
    assert arenas(f"{tmp_path}/left.xml", "left") > 2
