"""
Redrawing over HTTP against what it must reach; `bench/planner.md`.

    python -m bench.planner [--only stroke|crowd|repair ...] [--write] [--seconds S]

A PostGIS of its own holds made-up communities; server, database and clients share the machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from bench.partition import pace, record
from bench.planner_town import town_served
from bench.real import markdown

PAGE = Path(__file__).with_suffix(".md")
HEAD = """# Redrawing over HTTP against what it must reach

`python -m bench.planner --only SECTION --write` and `python -m bench.planner_page --write`. Made-up
communities of slabs in rows, in a PostGIS of its own; one server process, database, clients and
browser share the machine. Times are those of the client, with HTTP. *Pace* is the CPU seconds of
a fixed loop before and after (`partition.md`).
"""
Row = dict[str, str]
_STROKES = 100


class Client:
    """One planner's connection to the service."""

    def __init__(self, port: int, plan_id: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._plan = f"/api/v1/plans/{plan_id}"

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Send a request about the plan; its status and document."""
        head = {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        self._http.request(method, f"{self._plan}{path}", sent, head)
        answer = self._http.getresponse()
        return answer.status, json.loads(answer.read())

    def stroke(self, ground: int, moves: list[list[int | None]]) -> tuple[int, dict[str, Any]]:
        """Tell a stroke."""
        body = {"client": str(uuid4()), "ground": ground, "moves": moves, "action": "paint"}
        return self.ask("POST", "/strokes", body)

    def assignment(self, units: int) -> tuple[int, list[int | None]]:
        """Replay the history; the plan's ground, and where each unit is."""
        where: list[int | None] = [None] * units
        after = 0
        while True:
            _, page = self.ask("GET", f"/edits?after={after}")
            for edit in page["items"]:
                after = edit["seq"]
                for unit, _, grid in edit["moves"]:
                    where[unit] = grid
            if not page["more"]:
                return page["ground"], where


@contextmanager
def planners_of(columns: int, rows: int) -> Iterator[Callable[[], Client]]:
    """Serve a community to planners."""
    with town_served(columns, rows) as (port, plan_id):
        yield lambda: Client(port, plan_id)


def stroke(_seconds: float) -> list[Row]:
    """Strokes of 50 units of a community of 5,000, one after the other; then their undo."""
    columns, rows = 100, 50
    with planners_of(columns, rows) as client:
        planner = client()
        ground, where = planner.assignment(columns * rows)
        rng = np.random.default_rng(7)
        took: list[float] = []
        for _ in range(_STROKES + 5):
            moves = _brush(where, columns, rows, rng)
            started = time.perf_counter()
            status, told = planner.stroke(ground, moves)
            took.append(time.perf_counter() - started)
            assert (status, len(told["applied"])) == (200, len(moves)), told
            for unit, _, grid in told["applied"]:
                where[unit] = grid
        undone = []
        for _ in range(_STROKES):
            started = time.perf_counter()
            status, _ = planner.ask("POST", "/undo", {"client": str(uuid4())})
            undone.append(time.perf_counter() - started)
            assert status == 200
    return [
        _told("stroke of 50 units, 5,000 in all", took[5:], "120 ms; aim 60"),
        _told("undo of it", undone, ""),
    ]


def _brush(
    where: list[int | None], columns: int, rows: int, rng: np.random.Generator
) -> list[list[int | None]]:
    """Fifty units under a brush of 10 by 5, into the grid at its middle."""
    x, y = int(rng.integers(columns - 10)), int(rng.integers(rows - 5))
    goal = where[(y + 2) * columns + x + 5]
    under = [(y + b) * columns + x + a for a in range(10) for b in range(5)]
    return [[u, where[u], goal] for u in under if where[u] != goal] or [[under[0], goal, None]]


def _told(work: str, took: list[float], bar: str) -> Row:
    p50, p95 = (float(np.percentile(took, q)) * 1000 for q in (50, 95))
    return {
        "work": work,
        "n": str(len(took)),
        "p50": f"{p50:.0f} ms",
        "p95": f"{p95:.0f} ms",
        "must": bar,
    }


def crowd(seconds: float) -> list[Row]:
    """Twenty planners paint one plan of 5,000 units, as fast as they can."""
    columns, rows, many = 100, 50, 20
    with planners_of(columns, rows) as client:
        ground, start = client().assignment(columns * rows)

        def paint(who: int) -> tuple[list[float], int, int]:
            planner, rng = client(), np.random.default_rng(who)
            where, took, confirmed, rejected = list(start), [], 0, 0
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                moves = _brush(where, columns, rows, rng)
                started = time.perf_counter()
                status, told = planner.stroke(ground, moves)
                took.append(time.perf_counter() - started)
                assert status in (200, 409), told
                told = told if status == 200 else told["facts"]
                confirmed += len(told["applied"])
                rejected += len(told["rejected"])
                for unit, _, grid in told["applied"]:
                    where[unit] = grid
                for lost in told["rejected"]:
                    where[lost["unit"]] = lost["now"]
            return took, confirmed, rejected

        with ThreadPoolExecutor(many) as pool:
            done = list(pool.map(paint, range(many)))
        took = [t for one, _, _ in done for t in one]
        planner = client()
        _, end = planner.assignment(columns * rows)
        recorded, after = 0, 1
        while after:
            _, page = planner.ask("GET", f"/edits?after={after}")
            recorded += sum(len(e["moves"]) for e in page["items"])
            after = page["items"][-1]["seq"] if page["more"] else 0
        _, unchanged = planner.stroke(ground, [[u, g, g] for u, g in enumerate(end)])
    confirmed, rejected = sum(c for _, c, _ in done), sum(r for _, _, r in done)
    return [
        _told(f"20 planners for {seconds:.0f} s, each stroke", took, ""),
        {
            "work": "their units: confirmed / in the history / rejected and told",
            "n": f"{confirmed} / {recorded} / {rejected}",
            "must": "0 lost",
        },
        {
            "work": "units that are elsewhere than the history says",
            "n": str(len(unchanged["rejected"])),
            "must": "0",
        },
    ]


def repair(_seconds: float) -> list[Row]:
    """A stroke, then the preview of its repair, in a community of 1,000 units."""
    columns, rows = 40, 25
    with planners_of(columns, rows) as client:
        planner = client()
        ground, where = planner.assignment(columns * rows)
        rng = np.random.default_rng(3)
        took = []
        for _ in range(40):
            _, told = planner.stroke(ground, _brush(where, columns, rows, rng))
            for unit, _, grid in told["applied"]:
                where[unit] = grid
            started = time.perf_counter()
            status, told = planner.ask("POST", "/previews", {"action": "repair"})
            took.append(time.perf_counter() - started)
            assert status == 200, told
            planner.ask("POST", "/undo", {"client": str(uuid4())})
            _, where = planner.assignment(columns * rows)
    return [
        _told("preview of a repair, 1,000 units", took[3:], "600 ms on screen; aim 300"),
        {"work": "the first, which starts the process", "n": f"{took[0]:.1f} s"},
    ]


SECTIONS: dict[str, Callable[[float], list[Row]]] = {
    "stroke": stroke,
    "crowd": crowd,
    "repair": repair,
}


# Of the page, which `bench.planner_page` records beside them.
ORDER = (*SECTIONS, "page", "page_repair")


def main() -> None:
    """Run the sections asked for, and record them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(SECTIONS), choices=list(SECTIONS))
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    for name in asked.only:
        before = pace()
        rows = SECTIONS[name](asked.seconds)
        table = markdown(rows) + f"\n\nPace {before:.2f} and {pace():.2f} s.\n"
        print(table)
        if asked.write:
            record(PAGE, name, table, head=HEAD, order=ORDER)


if __name__ == "__main__":
    main()
