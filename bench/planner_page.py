"""
The planner's page against what it must reach, in Chromium; a section of `bench/planner.md`.

    python -m bench.planner_page --url DATABASE --plan ID [--write]

DATABASE holds the community (`bench.made_up.community(1, 113_000)`, divided) and is only read: what
is painted is thrown away. Chromium draws without a graphics card, on the processors that the
service uses too.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.partition import pace, record
from bench.real import markdown
from bench.tile_servers import wangge
from ops.chromium import FLAGS, find_chromium
from ops.web_packages import node_program

TABLE = Path(__file__).with_name("planner.md")
SIZE = {"width": 1440, "height": 900}
OPENINGS = 5
_TOOLS = Path(__file__).resolve().parents[1] / ".wangge"
_SCRIPT = Path(__file__).with_name("planner_page.js")
Row = dict[str, str]


def main() -> None:
    """Measure and print, or record, the rows of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--plan", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    before = pace()
    found = measured(asked.url, asked.plan)
    note = (
        f"{found['units']:,} units, {found['grids']} grids, 1440 x 900, software rendering; "
        f"{found['moves']} moves of a broad brush that took {found['painted']:,} units. "
        f"Pace {before:.2f} and {pace():.2f} s."
    )
    text = f"## The page\n\n{note}\n\n{markdown(rows(found))}\n"
    print(text)
    if asked.write:
        record(TABLE, "page", text, head="", order=("stroke", "crowd", "repair", "page"))


def rows(found: dict[str, Any]) -> list[Row]:
    """Rows of the table."""
    script, frame, bare = (np.array(found[k]) for k in ("script", "frame", "bare"))
    ratio = np.median(frame) / np.median(bare)
    undo = found["undo"]
    return [
        _row("pointer move, main-thread script", f"{_p95(script):.1f} ms p95", "8 ms", "4 ms"),
        _row("its part without MapLibre's own frame", f"{_p95(found['own']):.1f} ms p95", "", ""),
        _row(
            "frame time against bare MapLibre, median",
            f"{np.median(frame):.1f} / {np.median(bare):.1f} ms = {ratio:.2f} x",
            "1.3 x",
            "1.1 x",
        ),
        _row("undo of a stroke, script", f"{max(undo):.1f} ms at most", "50 ms", "16 ms"),
        _row(
            "open until paintable, fresh profile",
            f"{median(found['open']):,.0f} ms median, {max(found['open']):,.0f} worst",
            "2,000 ms",
            "1,000 ms",
        ),
    ]


def _row(work: str, measured: str, must: str, aim: str) -> Row:
    return {"work": work, "measured": measured, "must": must, "aim": aim}


def _p95(values: Any) -> float:
    return float(np.percentile(values, 95))


def measured(url: str, plan: int) -> dict[str, Any]:
    """Open the page several times, then paint on it and on a bare map."""
    with wangge(url, cache_mb=64, OPEN="1", READERS="anyone") as (port, _), _chromium() as visit:
        address = f"http://127.0.0.1:{port}/plan/{plan}/edit"
        openings = []
        for _ in range(OPENINGS):
            with visit() as page:
                page.goto(address)
                page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
                mark = "performance.getEntriesByName('wangge-paintable')[0].startTime"
                openings.append(float(page.evaluate(mark)))
        with visit() as page:
            # Nothing is stored: the server never hears of what is painted.
            page.route("**/strokes", lambda route: route.abort())
            page.goto(address)
            page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
            found: dict[str, Any] = page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
        return {**found, "open": openings}


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
