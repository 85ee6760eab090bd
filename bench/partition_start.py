"""First division in a fresh process, compiled before or not; a row of `bench/partition.md`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.apart import PROJECT

Row = dict[str, str]
SAMPLE = PROJECT / "sample_geodata/yunxi.gpkg"
# What a process does, with the seconds it took apart from its imports on stdout.
_WORK = """
import sys, time
from bench.partition_start import SAMPLE
from bench.real_division import ground_of
from gis.partition.divide import divide
from gis.partition.rules import load_rules
_, ground = ground_of(f"{SAMPLE}#511599001001")
started, busy = time.perf_counter(), time.process_time()
divide(ground, load_rules("gaoxian-2020"))
print(time.perf_counter() - started, time.process_time() - busy)
"""


def rows(times: int) -> list[Row]:
    """The first call with nothing compiled, and the median of some with all compiled."""
    with TemporaryDirectory() as folder:
        cold = _first_call(Path(folder))
        warm = [_first_call(Path(folder)) for _ in range(times)]
    medians = [statistics.median(column) for column in zip(*warm, strict=True)]
    return [
        _row("compiled before", medians[0], medians[1], medians[2]),
        _row("nothing compiled", *cold),
    ]


def _first_call(cache: Path) -> tuple[float, float, float]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _WORK],
        cwd=PROJECT,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache), "NUMBA_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    whole = time.perf_counter() - start
    wall, busy = map(float, done.stdout.split()[-2:])
    return wall, busy, whole


def _row(what: str, wall: float, busy: float, whole: float) -> Row:
    return {
        "state": what,
        "first divide, s": f"{wall:.2f}",
        "of it CPU-s": f"{busy:.2f}",
        "process with imports, reading and ground, s": f"{whole:.2f}",
    }
