"""
The worker's page: how long the list takes over a slow line on an old phone, and on the server.

    python -m bench.people_my [--write]

One worker with two grids and 300 buildings among 12,000. Chromium is throttled to 400 kbit/s with
400 ms of round trip and a quarter of this machine's speed.
"""

from __future__ import annotations

import gzip
import os
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from playwright.sync_api import BrowserContext, BrowserType, Page, sync_playwright

from api.principal import OPERATOR
from api.services.accounts import AccountScope, NewAccount, make_account
from bench.faces_maker import Faces, make_faces
from bench.importing import own_database
from bench.walking_clicks import serving
from gis.store import migrate
from gis.store.engine import open_engine
from ops.chromium import FLAGS, find_chromium
from ops.throwaway import throwaway_cluster
from ops.web_packages import node_program

RECORD = Path(__file__).with_name("people.md")
HEADING = "## My page"
NAME, PASSWORD = "bench", "drei blaue Raben"
TIMES, ASKED = 5, 300
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
_TOOLS = Path(__file__).resolve().parents[1] / ".wangge"
_DRAWN = "performance.getEntriesByName('wangge-list')[0]?.startTime"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_BEFORE = (
    "performance.getEntriesByType('resource').filter(e => e.startTime <"
    " performance.getEntriesByName('wangge-list')[0].startTime).length"
)


def main() -> None:
    """Measure, print the table, and record it when asked to."""
    server = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if server:
        table = measured(server)
    else:
        with throwaway_cluster() as started:
            table = measured(started)
    print(table)
    if "--write" in sys.argv:
        record(table)


def measured(server: str) -> str:
    """Return the section as Markdown."""
    with own_database(server) as url:
        _town(url)
        settings = {"WANGGE_LOG_LEVEL": "warning", "WANGGE_READERS": "accounts"}
        with serving(url, **settings) as port, _chromium() as browser:
            address = f"http://127.0.0.1:{port}"
            asked, size = _asked(address)
            first, cached, offline, before = _visits(browser, address)
    rows = [
        ("list readable, first visit", _told(first), "5,000 ms"),
        ("list readable, from cache", _told(cached), "1,000 ms"),
        ("list readable, without a network", _told(offline), "works"),
        ("requests before the list besides the page", str(before), "0"),
        ("the page with its list, gzip", f"{size / 1000:.1f} KB", "40 KB"),
        (
            f"`GET /api/v1/my`, {ASKED} times",
            f"p50 {_quantile(asked, 0.5):.0f} ms, p95 {_quantile(asked, 0.95):.0f} ms",
            "p95 30 ms",
        ),
    ]
    lines = [f"| {what} | {took} | {reach} |" for what, took, reach in rows]
    return "\n".join(
        [HEADING, "", _ABOUT, "", "| what | measured | reach |", "|---|---|---|", *lines]
    )


_ABOUT = (
    f"A worker with 300 buildings among 12,000; {TIMES} fresh profiles each, median (worst), to "
    "the frame with the list. Chromium throttled to 400 kbit/s, 400 ms round trip, a quarter of "
    "the speed; server and browser share two cores."
)


def _town(url: str) -> None:
    engine = open_engine(url)
    migrate.upgrade(engine)
    make_faces(engine, Faces(communities=20, buildings=12_000, facilities=100, streets=200))
    with engine.begin() as connection:
        for statement in ASSIGNED.split(";"):
            connection.execute(sa.text(statement))
        connection.execute(
            sa.text(
                "INSERT INTO worker (code, name) VALUES ('w1', '彭远远');"
                "INSERT INTO post (code, grid_id, role, worker_id, valid) SELECT 'p' || g.id, g.id,"
                " 'comprehensive', 1, '[2026-01-01,)' FROM grid AS g ORDER BY g.code LIMIT 2"
            )
        )
        [grid] = connection.execute(sa.text("SELECT min(community_code) FROM grid")).scalars()
    wanted = NewAccount(NAME, "worker", AccountScope((grid,), ()), PASSWORD, False, "w1")
    make_account(engine, OPERATOR, wanted)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


# 150 buildings to a grid, four grids to a community, each building a unit of its own.
ASSIGNED = """
INSERT INTO unit (
    ground_id, unit_no, unit_id, kind, building_code, courtyard_code, households, geom)
SELECT
    g.id, row_number() OVER (PARTITION BY g.id ORDER BY b.code) - 1, b.code, 'building', b.code,
    b.courtyard_code, b.households, ST_Envelope(b.geom)
FROM building AS b JOIN ground AS g ON g.community_code = b.community_code
;
INSERT INTO assignment (plan_id, unit_no, ground_id, grid_no)
SELECT p.id, u.unit_no, u.ground_id, u.unit_no / 150
FROM plan AS p JOIN unit AS u ON u.ground_id = p.ground_id
"""


def _asked(address: str) -> tuple[list[float], int]:
    """Seconds of each request for the list, and bytes of the page as it is sent."""
    import http.client
    import json

    host = address.removeprefix("http://")
    line = http.client.HTTPConnection(host)
    body = json.dumps({"name": NAME, "password": PASSWORD})
    line.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    answer.read()
    cookie = "; ".join(c.split(";")[0] for c in answer.headers.get_all("set-cookie") or [])
    seconds = []
    for _ in range(ASKED + 5):
        begun = time.perf_counter()
        line.request("GET", "/api/v1/my", headers={"Cookie": cookie})
        told = line.getresponse().read()
        seconds.append(time.perf_counter() - begun)
    assert len(json.loads(told)["buildings"]) == 300
    page = urllib.request.Request(  # noqa: S310 - our own service
        f"{address}/my", headers={"Cookie": cookie, "Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(page) as sent:  # noqa: S310
        packed = sent.read()
    assert b"wangge-list" in gzip.decompress(packed)
    return seconds[5:], len(packed)


def _visits(
    browser: BrowserType, address: str
) -> tuple[list[float], list[float], list[float], int]:
    first, cached, offline, before = [], [], [], 0
    for _ in range(TIMES):
        with _profile(browser, address) as context:
            page = context.pages[0]
            _throttle(page)
            first.append(_visit(page, f"{address}/my"))
            before = max(before, int(page.evaluate(_BEFORE)))
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("caches.match('/my/shell').then(Boolean)")
            cached.append(_visit(page, f"{address}/my"))
            context.set_offline(True)
            offline.append(_visit(page, f"{address}/my"))
    return first, cached, offline, before


@contextmanager
def _profile(browser: BrowserType, address: str) -> Iterator[BrowserContext]:
    with tempfile.TemporaryDirectory() as folder:
        context = browser.launch_persistent_context(
            folder,
            executable_path=find_chromium(_TOOLS),
            args=list(FLAGS),
            viewport={"width": 360, "height": 740},
            locale="zh-CN",
            # The waiting of this bench is evaluated in the page, which its policy forbids.
            bypass_csp=True,
        )
        signed = context.request.post(
            f"{address}/api/v1/session", data={"name": NAME, "password": PASSWORD}
        )
        assert signed.ok
        yield context
        context.close()


def _throttle(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def _visit(page: Page, address: str) -> float:
    """Milliseconds from navigation to the painted list."""
    page.goto(address, wait_until="commit")
    page.wait_for_selector("#rows .row")
    page.wait_for_function(_PAINTED)
    return float(max(page.evaluate(_DRAWN), page.evaluate(_PAINTED)))


@contextmanager
def _chromium() -> Iterator[BrowserType]:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node_program(_TOOLS))
    with sync_playwright() as playwright:
        yield playwright.chromium


def _told(times: list[float]) -> str:
    return f"{median(times):,.0f} ms ({max(times):,.0f})"


def _quantile(seconds: list[float], share: float) -> float:
    return 1000 * sorted(seconds)[min(len(seconds) - 1, round(share * len(seconds)))]


def record(section: str) -> None:
    """Put a section in the place of the one of its heading, or at the end of the record."""
    heading = section.partition("\n")[0]
    text = RECORD.read_text(encoding="utf-8") if RECORD.exists() else "# People, measured\n"
    others = [part for part in re.split(r"(?m)^(?=## )", text) if not part.startswith(heading)]
    RECORD.write_text("".join(others).rstrip() + f"\n\n{section}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
