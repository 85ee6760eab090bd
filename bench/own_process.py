"""Measuring a piece of work in a process of its own, so that none warms up another."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def usage(work: Callable[[], Figures]) -> Figures:
    """Do the work once; its figures with seconds, CPU seconds and the process's peak bytes."""
    started, busy = time.perf_counter(), time.process_time()
    figures = work()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return figures | {"s": seconds, "cpu": busy, "bytes": peak}


def in_own_process(
    module: str,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    limit_s: float | None = None,
) -> Figures:
    """
    Run ``python -m MODULE --one ARGUMENTS`` and return the figures it prints.

    `settings` are further environment variables. After `limit_s` seconds the process is killed
    and `subprocess.TimeoutExpired` raised.
    """
    command = [sys.executable, "-m", module, "--one", *arguments]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=limit_s,
        env=os.environ | dict(settings or {}),
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(main: Callable[[], None], one: Callable[..., Figures]) -> None:
    """Be both sides: the whole benchmark, or with ``--one`` one measured piece of it."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(*sys.argv[2:])))
    else:
        main()


def machine() -> str:
    """Say what was measured on."""
    return (
        f"Machine: {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}."
    )


def record(module_file: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a page beside the module: lines, then a table whose first row is its heading."""
    heading, *body = [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join([*head, "", heading, "|" + "---|" * len(rows[0]), *body]) + "\n"
    Path(module_file).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


def within(good: bool) -> str:
    """Say whether the limits were kept."""
    return "yes" if good else "no"
