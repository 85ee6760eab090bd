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
from collections.abc import Iterator
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
OPENINGS, STROKES, REPAIRS = 5, 12, 12
_PATIENCE_MS = 60_000
_TOOLS = Path(__file__).resolve().parents[1] / ".wangge"
Row = dict[str, str]


def main() -> None:
    """Measure and print, or record, the rows of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--plan", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    before = pace()
    with _chromium() as visit:
        found = painted_on(visit, asked.url, asked.plan, asked.seconds)
        repaired = [] if asked.url else repaired_on(visit)
    note = (
        f"{found['units']:,} units, {found['grids']} grids, 1440 x 900, software rendering "
        f"(SwiftShader); {found['moves']} moves of a broad brush that took {found['painted']:,} "
        f"units. Pace {before:.2f} and {pace():.2f} s."
    )
    text = f"## The page\n\n{note}\n\n{markdown(rows(found) + repair_rows(repaired))}\n"
    print(text)
    if asked.write:
        record(TABLE, "page", text, head=HEAD, order=ORDER)


def rows(found: dict[str, Any]) -> list[Row]:
    """Rows of painting and opening."""
    script, frame, bare = (np.array(found[k]) for k in ("script", "frame", "bare"))
    ratio = np.median(frame) / np.median(bare)
    return [
        _row("pointer move, main-thread script", f"{_p95(script):.1f} ms p95", "8 ms", "4 ms"),
        _row("its part without MapLibre's own frame", f"{_p95(found['own']):.1f} ms p95", "", ""),
        _row(
            "frame time against bare MapLibre, median",
            f"{np.median(frame):.1f} / {np.median(bare):.1f} ms = {ratio:.2f} x",
            "1.3 x",
            "1.1 x",
        ),
        _row("undo of a stroke, script", f"{max(found['undo']):.1f} ms at most", "50 ms", "16 ms"),
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
    if not took:
        return []
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
            asked = {"seconds": seconds, "strokes": STROKES}
            found: dict[str, Any] = page.evaluate(_script("planner_page.js"), asked)
            _tell(f"painted {found['moves']} moves")
        return {**found, "open": openings, "drawn": drawn}


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
