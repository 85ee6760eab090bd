"""Divide the graph of one file and write the answer."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import cast

import numpy as np

from gis.io.instance import read_instance, write_answer
from gis.partition.clock import Budget, Tell
from gis.partition.instance import Objective
from gis.partition.solve import Solution, solve


def solve_file(
    source: Path,
    output: Path,
    objective: str | None,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    threads: int,
    *,
    patience: float | None = None,
    stopped: threading.Event | None = None,
    tell: Tell | None = None,
) -> Solution:
    """
    Read a division problem, solve it, write labels, metrics and certificate as JSON.

    Reading counts against `seconds`, up to half of them.

    Raises
    ------
    UnreadableFile, InputError
        The file is no division problem, or the answer cannot be written.
    Infeasible
        No such division exists, or none was found within the budget.
    """
    begun = time.monotonic()
    instance = read_instance(source)
    if seconds is not None:
        seconds = max(seconds - (time.monotonic() - begun), seconds / 2)
    answer = solve(
        instance,
        cast(Objective | None, objective),
        budget=Budget(seconds, iterations, patience),
        rng=np.random.default_rng(seed),
        threads=threads,
        stopped=stopped,
        tell=tell,
    )
    document: dict[str, object] = {
        "name": instance.name,
        "labels": answer.labels.tolist(),
        "metrics": asdict(answer.metrics),
        "certificate": asdict(answer.certificate),
        "seed": seed,
        "rounds": answer.rounds,
        "interrupted": answer.interrupted,
    }
    write_answer(output, document)
    return answer
