"""How long an embedded page takes until its first feature stands on the screen, in Chromium."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserType, sync_playwright

import sample_geodata
from api.services.sample import prepare_sample
from api.today import today
from bench.importing import own_database
from bench.walking_clicks import serving
from gis.store import migrate
from gis.store.engine import open_engine
from ops.chromium import FLAGS, find_chromium
from ops.web_packages import node_program

SAMPLE = Path(sample_geodata.__file__).with_name("yunxi.gpkg")
COMMUNITY = "511599001001"
PAGES = {
    "grids": f"/embed/grids?community={COMMUNITY}",
    "coverage": f"/embed/coverage?community={COMMUNITY}",
    "facilities": f"/embed/facilities?community={COMMUNITY}",
    "sheet": f"/embed/sheet/{COMMUNITY}",
}
SIZE = {"width": 640, "height": 400}
TIMES = 7
_MARK = "performance.getEntriesByName('wangge-first-feature')[0]?.startTime"
_TOOLS = Path(__file__).resolve().parents[1] / ".wangge"


def rows(server: str) -> list[dict[str, str]]:
    """
    Rows of the table: each page on the sample, the median of visits with a fresh profile.

    Parameters
    ----------
    server
        Address of a PostGIS server on which the sample may be made.
    """
    with _sample(server) as url:
        return measured(url)


def measured(url: str) -> list[dict[str, str]]:
    """Rows of the table, on a database that holds the sample."""
    with _chromium() as browser:
        # The browser itself is read from the disk at its first start, which takes a second once
        # a boot and is no part of the page: another server's page has it read before.
        with _serving(url) as port:
            _visit(browser, f"http://127.0.0.1:{port}{PAGES['grids']}")
        visits = {}
        for page, at in PAGES.items():
            with _serving(url) as port:
                visits[page] = _visits(browser, f"http://127.0.0.1:{port}{at}")
    return [
        {
            "page": f"`/embed/{page}`",
            "first visit of a service": f"{1000 * first:,.0f} ms",
            "fresh profile, median": f"{1000 * median(later):,.0f} ms",
            "worst": f"{1000 * max(later):,.0f} ms",
            "must": "1,500 ms",
            "aim": "800 ms",
        }
        for page, (first, *later) in visits.items()
    ]


def _serving(url: str) -> AbstractContextManager[int]:
    # A log that nobody reads would fill its pipe and stop the server.
    return serving(url, WANGGE_LOG_LEVEL="warning")


def _visits(browser: BrowserType, address: str) -> list[float]:
    """Seconds from navigation to the frame with the first feature, one fresh profile each."""
    return [_visit(browser, address) for _ in range(TIMES + 1)]


def _visit(browser: BrowserType, address: str) -> float:
    with tempfile.TemporaryDirectory() as profile:
        context = browser.launch_persistent_context(
            profile,
            executable_path=find_chromium(_TOOLS),
            args=list(FLAGS),
            viewport=SIZE,  # type: ignore[arg-type]  # a TypedDict of the same shape
        )
        page = context.pages[0]
        page.goto(address)
        page.wait_for_selector("[data-painted]", state="attached")
        taken = float(page.evaluate(_MARK))
        context.close()
    return taken / 1000


@contextmanager
def _chromium() -> Iterator[BrowserType]:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node_program(_TOOLS))
    with sync_playwright() as playwright:
        yield playwright.chromium


@contextmanager
def _sample(server: str) -> Iterator[str]:
    with own_database(server) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        prepare_sample(engine, SAMPLE, today=today(), tell=lambda en, _: print(en, file=sys.stderr))
        engine.dispose()
        yield url
