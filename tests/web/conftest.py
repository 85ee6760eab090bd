"""Pages in a real Chromium, served by a real server on a free port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, ViewportSize

from api.app import create_app
from api.serving import PeacefulServer
from api.settings import Settings
from maps.assets import WEB

_PATIENCE_S = 120


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve on a free port of the loopback address; yields the address without a slash."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(settings), log_level="warning", lifespan="on")
        # A plain uvicorn would wait for the event streams of pages that are still open.
        server = PeacefulServer(config, settings.request_seconds)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            # One after the other: pydantic works out models in one thread at a time.
            httpx2.get(f"{address}/healthz", timeout=_PATIENCE_S).raise_for_status()
            yield address
        finally:
            server.should_exit = True
            thread.join(timeout=60)
            assert not thread.is_alive(), "the service does not end"


@pytest.fixture(scope="session")
def town_address(town_settings: Settings) -> Iterator[str]:
    """Address of a service on the small town."""
    with serving(town_settings) as address:
        yield address


@pytest.fixture(scope="session")
def planner_address(town_settings: Settings) -> Iterator[str]:
    """Address of an open service on the small town, which shows drafts; for reading only."""
    with serving(town_settings.model_copy(update={"open": True})) as address:
        yield address


@dataclass
class Visit:
    """A page and everything that went wrong on it."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note console messages, script errors, failed requests and all addresses asked for."""
        self.page.on("console", lambda m: self._note(m.type, m.text))
        self.page.on("pageerror", lambda e: self.faults.append(f"script: {e}"))
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("requestfailed", self._failed)
        # A violation of the content security policy is an event of the document.
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            "e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )

    def _failed(self, request: Request) -> None:
        # A tile that the page itself no longer wants is no fault.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url}")

    def _note(self, kind: str, text: str) -> None:
        # SwiftShader reports its slow read-backs as warnings; they say nothing about the page.
        if kind in {"error", "warning"} and "GPU stall" not in text:
            self.faults.append(f"{kind}: {text}")

    @property
    def hosts(self) -> set[str | None]:
        """Hosts of all addresses asked for; those that carry their data have none."""
        fetched = [urlsplit(u) for u in self.requests]
        return {u.hostname for u in fetched if u.scheme not in {"data", "blob"}}


@dataclass(frozen=True)
class Visitor:
    """Opens pages, each in a browser context of its own."""

    browser: Browser

    def visit(
        self, address: str, *, size: tuple[int, int] = (1440, 900), locale: str = "zh-CN"
    ) -> Visit:
        """Open a page and watch it."""
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        context = self.browser.new_context(viewport=viewport, locale=locale)
        visit = Visit(context.new_page())
        visit.watch()
        visit.page.goto(address)
        return visit


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """Open pages in real Chromium; closed at the end of the test."""
    yield Visitor(chromium)
    for context in chromium.contexts:
        context.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Publish a page on a site of another origin, which has its own packages."""
    (tmp_path / "node_modules").symlink_to(WEB / "node_modules")
    (tmp_path / "favicon.ico").touch()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever).start()

        def publish(html: str) -> str:
            (tmp_path / "page.html").write_text(html, encoding="utf-8")
            return f"http://localhost:{server.server_port}/page.html"

        yield publish
        server.shutdown()
