"""Rows of `bench/partition.md` on the graph face: towns and census instances beside rivals."""

from __future__ import annotations

import gzip
import json
import statistics
import time
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.apart import Answer, apart
from bench.rivals import plain_inertia
from gis.io.instance import read_instance
from gis.partition.clock import Budget
from gis.partition.instance import Objective, instance_of
from gis.partition.solve import solve

Row = dict[str, str]
# The limits of the issue, by the number of units of a town; a larger one takes the last.
_TOWN_SECONDS = ((2_000, 2.0), (20_000, 3.0), (10**9, 20.0))
_DISTRICT_SECONDS = 20.0
_ANCHORS = {"cut-edges": "cut_edges_contiguous", "inertia": "hess_moment_contiguous"}
_RIVAL_LIMIT_S = 400.0  # wall seconds: some of them may never end


def instances(suffix: str) -> list[Path]:
    """Files of the instances beside the project, smallest first; none where they are absent."""
    from bench.real import real_data  # its geopandas would count in the memory of a row

    data = real_data()
    folder = data.parents[1] / "instances" if data else None
    if folder is None or not folder.is_dir():
        return []
    return sorted(folder.glob(f"*{suffix}"), key=lambda path: path.stat().st_size)


def document_of(path: Path) -> dict[str, Any]:
    """The file as it is, with what it says of bounds and optima."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    document: dict[str, Any] = json.loads(raw)
    return document


def warm_seconds() -> float:
    """CPU seconds to compile the graph face, or to load what is compiled."""
    line = {"w": [1] * 20, "edges": [[v, v + 1] for v in range(19)], "cap": 5}
    start = time.process_time()
    solve(instance_of(line), budget=Budget(0.01), rng=np.random.default_rng(0))
    return time.process_time() - start


def _wall_for_busy_second() -> float:
    """Wall seconds the machine takes now for one CPU second, from 1 to 4; budgets are of wall."""
    wall, busy = time.perf_counter(), time.process_time()
    while time.process_time() - busy < 0.3:
        pass
    return float(np.clip((time.perf_counter() - wall) / 0.3, 1.0, 4.0))


def solved(path: str, objective: str, seconds: float, seeds: int) -> dict[str, Any]:
    """Answers of seeds 1, 2, ...: value, inertia in metres and CPU seconds of each."""
    instance = read_instance(Path(path))
    loading = warm_seconds()
    answers = []
    for seed in range(1, seeds + 1):
        budget = Budget(seconds * _wall_for_busy_second())
        start = time.process_time()
        answer = solve(
            instance,
            cast(Objective, objective),
            budget=budget,
            rng=np.random.default_rng(seed),
        )
        busy = time.process_time() - start
        spread = plain_inertia(instance, answer.labels)
        answers.append((answer.certificate.value, spread, busy, answer.certificate.proven))
    return {"answers": answers, "loading": loading}


def town_rows(seeds: int, rivals: bool) -> list[Row]:
    """Towns: the fewest parts under a cap, against the lower bound."""
    return [_town_row(path, seeds, rivals) for path in instances(".json.gz")]


def _town_row(path: Path, seeds: int, rivals: bool) -> Row:
    document = document_of(path)
    bound, n = int(document["lower_bound"]), int(document["n"])
    seconds = next(limit for size, limit in _TOWN_SECONDS if n <= size)
    ours = apart("bench.partition_graphs:solved", str(path), "parts", seconds, seeds)
    assert ours is not None
    parts = [int(value) for value, *_ in ours.value["answers"]]
    row = {
        "instance": path.name.partition(".")[0],
        "lower bound": str(bound),
        "seconds given": f"{seconds:g}",
        "parts, each seed": ", ".join(map(str, parts)),
        "worst / bound": f"{max(parts) / bound:.4f}",
        "CPU-s, median": f"{statistics.median(a[2] for a in ours.value['answers']):.2f}",
        "compile or load CPU-s": f"{ours.value['loading']:.2f}",
        "peak MB": f"{ours.peak_mb:.0f}",
        "inertia": f"{statistics.median(a[1] for a in ours.value['answers']):,.0f}",
    }
    return row | (_town_rivals(path, n) if rivals else {})


def _town_rivals(path: Path, n: int) -> Row:
    metis = apart("bench.rivals:metis_town", str(path), limit_s=_RIVAL_LIMIT_S)
    gerry = None
    if n <= 20_000:
        gerry = apart("bench.rivals:gerrychain_town", str(path), 100.0, limit_s=_RIVAL_LIMIT_S)
    return {
        "METIS": _parts(metis),
        "its inertia": "-" if metis is None else f"{metis.value['inertia']:,.0f}",
        "GerryChain": _parts(gerry) if n <= 20_000 else "not run",
    }


def _parts(answer: Answer | None) -> str:
    if answer is None:
        return f"none in {_RIVAL_LIMIT_S:.0f} s"
    if answer.value["parts"] is None:
        return f"none, {answer.value['cpu_s']:.0f} CPU-s"
    return f"{answer.value['parts']}, {answer.value['cpu_s']:.1f} CPU-s"


def census_rows(seeds: int, rivals: bool) -> list[Row]:
    """Census instances: exactly k parts within limits, cut edges and inertia."""
    rows: list[Row] = []
    for path in instances(".json"):
        others = _district_rivals(path, seeds) if rivals else {}
        for objective in ("cut-edges", "inertia"):
            rows.append(_census_row(path, objective, seeds) | others.get(objective, {}))
            print(rows[-1], flush=True)
    return rows


def _census_row(path: Path, objective: str, seeds: int) -> Row:
    known = float(document_of(path)["anchors"][_ANCHORS[objective]]["value"])
    seconds = _DISTRICT_SECONDS
    ours = apart("bench.partition_graphs:solved", str(path), objective, seconds, seeds)
    assert ours is not None
    values = [value for value, *_ in ours.value["answers"]]
    gaps = [100 * (value / known - 1) for value in values]
    return {
        "instance": path.stem,
        "objective": objective,
        "best known": f"{known:g}",
        "each seed": ", ".join(f"{value:.2f}".removesuffix(".00") for value in values),
        "gap %, median": f"{statistics.median(gaps):.3f}",
        "gap %, worst": f"{max(gaps):.3f}",
        "CPU-s, median": f"{statistics.median(a[2] for a in ours.value['answers']):.1f}",
        "compile or load CPU-s": f"{ours.value['loading']:.2f}",
    }


def _district_rivals(path: Path, seeds: int) -> dict[str, Row]:
    metis = apart("bench.rivals:metis_districts", str(path), limit_s=_RIVAL_LIMIT_S)
    chains = [
        apart(
            "bench.rivals:gerrychain_districts",
            str(path),
            _DISTRICT_SECONDS,
            seed,
            limit_s=_RIVAL_LIMIT_S,
        )
        for seed in range(1, seeds + 1)
    ]
    return {
        objective: {
            "METIS, best of 10": _figure(metis, key),
            "ReCom, same seconds": ", ".join(_figure(chain, key) for chain in chains),
        }
        for objective, key in (("cut-edges", "cut"), ("inertia", "inertia"))
    }


def _figure(answer: Answer | None, key: str) -> str:
    if answer is None:
        return f"none in {_RIVAL_LIMIT_S:.0f} s"
    value = answer.value[key]
    return "none valid" if value is None else f"{value:.2f}".removesuffix(".00")
