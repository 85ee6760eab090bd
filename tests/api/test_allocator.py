"""Threads of a server share two arenas of the C library."""

from __future__ import annotations

import subprocess
import sys

_ARENAS = """
import ctypes, sys, threading
from pathlib import Path
from api.allocator import keep_memory_together

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


def test_eight_threads_share_two_arenas(tmp_path: object) -> None:
    assert arenas(f"{tmp_path}/kept.xml", "kept") <= 2
    assert arenas(f"{tmp_path}/left.xml", "left") > 2
