"""
The planner's page against what it must reach, in Chromium; a section of `bench/planner.md`.

    python -m bench.planner_page [--seconds S] [--write] [--url DATABASE --plan ID]

It makes its communities in a PostGIS of its own; of another DATABASE, which is only read, the
plan named is painted. Chromium draws without a graphics card, on the processors that the service
and the database use too. What takes longer than S seconds of strokes is cut short, and a map that
stands still for 20 s ends the run with a fault.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.partition import pace, record
from bench.planner import HEAD, ORDER
from bench.planner_town import town_served
from bench.real import markdown
from bench.tile_servers import wangge
from ops.chromium import FLAGS, find_chromium
from ops.web_packages import node_program

TABLE = Path(__file__).with_name("planner.md")
SIZE = {"width": 1440, "height": 900}
OPENINGS, STROKES, MOVES, REPAIRS = 5, 12, 25, 12
_SPENT = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
_PATIENCE_MS = 60_000
_TOOLS = Path(__file__).resolve().parents[1] / ".wangge"
Row = dict[str, str]


def main() -> None:
    """Measure and print, or record, the rows of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--plan", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", choices=("paint", "repair"))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with _chromium() as visit:
        if asked.only != "repair":
            paint(visit, asked)
        if asked.only != "paint" and not asked.url:
            repair(visit, asked)


def paint(visit: Any, asked: argparse.Namespace) -> None:
    """Measure opening and painting."""
    before = pace()
    found = painted_on(visit, asked.url, asked.plan, asked.seconds)
    note = (
        f"{found['units']:,} units, {found['grids']} grids, 1440 x 900, software rendering "
        f"(SwiftShader); {found['moves']} moves of a broad brush that took {found['painted']:,} "
        f"units. Pace {before:.2f} and {pace():.2f} s."
    )
    _told("page", f"## The page\n\n{note}\n\n{markdown(rows(found))}\n", asked.write)


def repair(visit: Any, asked: argparse.Namespace) -> None:
    """Measure repairs on the page."""
    before = pace()
    took = repaired_on(visit)
    note = f"{len(took)} repairs on the page. Pace {before:.2f} and {pace():.2f} s."
    _told("page_repair", f"{markdown(repair_rows(took))}\n\n{note}\n", asked.write)


def _told(name: str, text: str, write: bool) -> None:
    print(text, flush=True)
    if write:
        record(TABLE, name, text, head=HEAD, order=ORDER)


def rows(found: dict[str, Any]) -> list[Row]:
    """Rows of painting and opening."""
    script, frame, bare = (np.array(found[k]) for k in ("script", "frame", "bare"))
    ratio = np.median(frame) / np.median(bare)
    return [
        _row(
            "pointer move, script, style and layout of the main thread (its CPU)",
            f"{np.median(script):.1f} ms median, {_p95(script):.1f} p95",
            "8 ms",
            "4 ms",
        ),
        _row(
            "frame time against bare MapLibre, median",
            f"{np.median(frame):.1f} / {np.median(bare):.1f} ms = {ratio:.2f} x",
            "1.3 x",
            "1.1 x",
        ),
        _row("first frame of a stroke, a whole one", f"{median(found['first']):.1f} ms", "", ""),
        _row(
            "undo of a stroke, likewise", f"{max(found['undo']):.1f} ms at most", "50 ms", "16 ms"
        ),
        _row("undo of a stroke, until drawn", f"{max(found['undone']):.1f} ms at most", "", ""),
        _row(
            "open until paintable, fresh profile",
            f"{median(found['open'][1:]):,.0f} ms median; the first of a server "
            f"{found['open'][0]:,.0f}",
            "2,000 ms",
            "1,000 ms",
        ),
        _row("and until its cells are drawn", f"{median(found['drawn'][1:]):,.0f} ms", "", ""),
    ]


def repair_rows(took: list[float]) -> list[Row]:
    """Rows of repairs; the first may wait for the engine to start."""
    seen = f"{np.median(took[1:]):.0f} ms median, {_p95(took[1:]):.0f} p95"
    return [
        _row("repair after a stroke, 1,000 units, until drawn", seen, "600 ms", "300 ms"),
        _row("the first of a server, asked for at once", f"{took[0]:,.0f} ms", "", ""),
    ]


def _row(work: str, measured: str, must: str, aim: str) -> Row:
    return {"work": work, "measured": measured, "must": must, "aim": aim}


def _p95(values: Any) -> float:
    return float(np.percentile(values, 95))


def painted_on(visit: Any, url: str | None, plan: int, seconds: float) -> dict[str, Any]:
    """Open the page several times, then paint on it and on a bare map."""
    with _served(url, plan) as (address, _):
        openings: list[float] = []
        drawn: list[float] = []
        for _ in range(OPENINGS + 1):
            with visit() as page:
                _opened(page, address)
                openings.append(_marked(page, "paintable"))
                drawn.append(_marked(page, "painted"))
                _tell(f"opened in {openings[-1]:,.0f} ms, drawn after {drawn[-1]:,.0f}")
        with visit() as page:
            # Nothing is stored: the server never hears of what is painted.
            page.route("**/strokes", lambda route: route.abort())
            _opened(page, address)
            found = _painted(page, seconds)
        return {**found, "open": openings, "drawn": drawn}


def _painted(page: Page, seconds: float) -> dict[str, Any]:
    """Paint, undo and redo strokes for a while, then let a bare map repaint what they painted."""
    spent = _spending(page)
    page.evaluate(_script("planner_page.js"), STROKES)
    asking = _asking(page, spent)
    _tell(f"asking costs {asking:.1f} ms of CPU, which is taken off")
    script: list[float] = []
    frame: list[float] = []
    undo: list[float] = []
    undone: list[float] = []
    first: list[float] = []
    end = time.monotonic() + seconds
    for stroke in range(STROKES):
        if time.monotonic() > end:
            break
        first.append(page.evaluate("s => bench.begin(s)", stroke))
        for move in range(1, MOVES + 1):
            before = spent()
            took = page.evaluate("([s, k]) => bench.move(s, k)", [stroke, move])
            if took is not None:
                script.append(max(spent() - before - asking, 0.0))
                frame.append(took)
        page.evaluate("s => bench.end(s)", stroke)
        before = spent()
        undone.append(page.evaluate("bench.undo()"))
        undo.append(max(spent() - before - asking, 0.0))
        page.evaluate("bench.redo()")
        _tell(f"stroke {stroke + 1}: {len(frame)} moves")
    bare = page.evaluate("s => bench.bare(s)", seconds)
    counts = page.evaluate(
        "({units: bench.units, grids: bench.grids, painted: bench.steps.flat().length})"
    )
    figures = {"script": script, "frame": frame, "bare": bare, "undo": undo, "undone": undone}
    figures["first"] = first
    return {**figures, **counts, "moves": len(frame)}


def _spending(page: Page) -> Callable[[], float]:
    """Milliseconds of processor that the page's thread spent on script, style and layout."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def total() -> float:
        told = session.send("Performance.getMetrics")["metrics"]
        return 1000 * sum(float(m["value"]) for m in told if m["name"] in _SPENT)

    return total


def _asking(page: Page, total: Callable[[], float]) -> float:
    """What asking costs by itself: a function that does nothing but wait for a frame."""
    rounds = []
    for _ in range(15):
        before = total()
        page.evaluate("async () => { await new Promise(requestAnimationFrame); }")
        rounds.append(total() - before)
    return median(rounds)


def repaired_on(visit: Any) -> list[float]:
    """Repair after strokes in a community of 1,000 units, on the page."""
    with town_served(40, 25) as (port, plan), visit() as page:
        _opened(page, f"http://127.0.0.1:{port}/plan/{plan}/edit")
        took: list[float] = page.evaluate(_script("planner_repair.js"), REPAIRS)
        _tell(f"repaired {len(took)} times")
        return took


@contextmanager
def _served(url: str | None, plan: int) -> Iterator[tuple[str, int]]:
    if url is None:
        with town_served(100, 50) as (port, made):
            yield f"http://127.0.0.1:{port}/plan/{made}/edit", port
    else:
        with wangge(url, cache_mb=64, OPEN="1") as (port, _):
            yield f"http://127.0.0.1:{port}/plan/{plan}/edit", port


def _marked(page: Page, name: str) -> float:
    return float(page.evaluate(f"performance.getEntriesByName('wangge-{name}')[0].startTime"))


def _opened(page: Page, address: str) -> None:
    page.goto(address, timeout=_PATIENCE_MS)
    page.wait_for_selector(".map[data-idle]", state="attached", timeout=_PATIENCE_MS)


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


@contextmanager
def _chromium() -> Iterator[Any]:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node_program(_TOOLS))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(_TOOLS), args=list(FLAGS)
        )

        @contextmanager
        def visit() -> Iterator[Page]:
            context = browser.new_context(viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
            yield context.new_page()
            context.close()

        yield visit
        browser.close()


if __name__ == "__main__":
    main()
