"""
One function of a benchmark in a process of its own, on one core, with the rivals in reach.

    python -m bench.apart --one module:function '[arguments as JSON]'
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.own_process import Figures, in_own_process, run, usage

PROJECT = Path(__file__).parents[1]
RIVALS = PROJECT / ".wangge/bench-packages"
_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function returned, with CPU seconds and peak memory (MB) of its process."""

    value: Any
    cpu_s: float
    peak_mb: float


def apart(function: str, *arguments: object, limit_s: float | None = None) -> Answer | None:
    """Run ``module:function`` on JSON arguments in a new process; None when the limit is over."""
    path = os.pathsep.join((str(PROJECT), str(RIVALS)))
    settings = {**dict.fromkeys(_THREADS, "1"), "PYTHONPATH": path}
    try:
        figures = in_own_process(
            "bench.apart", function, json.dumps(arguments), settings=settings, limit_s=limit_s
        )
    except subprocess.TimeoutExpired:
        return None
    return Answer(figures["value"], figures["cpu"], figures["bytes"] / 1e6)


def called(function: str, arguments: str) -> Figures:
    """Call the function that is named."""
    module, _, name = function.partition(":")
    return usage(
        lambda: {"value": getattr(importlib.import_module(module), name)(*json.loads(arguments))}
    )


if __name__ == "__main__":
    run(lambda: print(__doc__), called)
