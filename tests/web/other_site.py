"""Another site on this machine, whose pages frame ours."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

_PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>大屏</title>
<link rel="icon" href="data:,"><h1>大屏</h1>
<iframe src="{src}" width="{width}" height="{height}" title="网格"></iframe></html>"""


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        filled = {name: html.escape(value, quote=True) for name, value in asked.items()}
        body = _PAGE.format(**filled).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class OtherSite:
    """A site whose pages hold one frame each."""

    origin: str

    def framing(self, address: str, *, size: tuple[int, int] = (640, 400)) -> str:
        """Address of a page of this site that frames another."""
        query = {"src": address, "width": size[0], "height": size[1]}
        return f"{self.origin}/?{urlencode(query)}"


@contextmanager
def other_site(host: str = "localhost") -> Iterator[OtherSite]:
    """Serve a site of another origin, and by its host of another site, on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield OtherSite(f"http://{host}:{server.server_address[1]}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
