"""The log of a real server: a line for each request, and no secret at any level."""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.logs import JsonLines, TextLines, without_secrets
from tests.api.test_tiles import address_of

TILE = "/tiles/grids/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 14))
SECRET = "wgSECRETwg0123456789"  # noqa: S105
LON, LAT = "104.616171", "28.404717"


@dataclass
class Server:
    """A server in a process of its own, and what it wrote to its log once it has ended."""

    host: str
    port: int
    log: list[str] = field(default_factory=list)

    def ask(self, method: str, address: str, **headers: str) -> int:
        """Return the status of an answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        connection.putrequest(method, address)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    def send(self, raw: bytes) -> bytes:
        """Return what the server says to bytes that may be no request."""
        with socket.create_connection((self.host, self.port), timeout=120) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))


@contextmanager
def served(town_url: str, level: str, form: str) -> Iterator[Server]:
    """Serve the small town; the log is read when the server has ended."""
    changes = {"DATABASE_URL": town_url, "LANG": "en", "LOG_LEVEL": level, "LOG_FORMAT": form}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
        env=os.environ | {f"WANGGE_{name}": value for name, value in changes.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().rpartition(" ")[2].strip())
        assert address.hostname
        assert address.port
        server = Server(address.hostname, address.port)
        try:
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            server.log += process.communicate(timeout=120)[1].splitlines()


def ask_with_secrets(server: Server) -> None:
    """Ask for what works, for what fails and for what is no request, with a secret in each."""
    point = f"lon={LON}&lat={LAT}"
    assert server.ask("GET", f"{TILE}?key={SECRET}") in (200, 403, 404)
    assert server.ask("GET", f"/nowhere?token={SECRET}") == 404
    assert server.ask("GET", f"/nowhere&key={SECRET}") == 404
    assert server.ask("GET", f"{TILE}%3Fkey={SECRET}") == 404
    assert server.ask("GET", f"{TILE}%3Fkey%3D{SECRET}") == 404
    assert server.ask("GET", f"/embed/grids&key%3d{SECRET}") == 404
    assert server.ask("GET", f"/api/v1/isochrone?{point}&minutes=5") == 200
    assert server.ask("GET", f"/api/v1/isochrone?{point}&minutes={SECRET}") == 422
    assert server.ask("GET", f"/api/v1/plans?cursor={SECRET}") == 422
    assert server.ask("GET", f"/api/v1/areas?community={SECRET}%00") == 400
    assert server.ask("GET", "/healthz", authorization=f"Bearer {SECRET}") == 200
    assert server.ask("GET", "/healthz", cookie=f"session={SECRET}") == 200
    assert server.ask("GET", "/healthz", x_request_id=f"{SECRET} {SECRET}") == 200
    assert server.ask("GET", "/healthz", referer=f"https://a.example/?key={SECRET}") == 200
    assert server.ask("POST", f"/api/v1/plans?key={SECRET}", content_length="0") == 403
    upgrade = {"connection": "upgrade", "upgrade": "websocket"}
    assert server.ask("GET", f"/healthz?key={SECRET}", **upgrade) == 200
    assert b" 400 " in server.send(f"GET /?key={SECRET} HTTP/9.9 {SECRET}\r\n\r\n".encode())
    server.send(f"GET /?key={SECRET} HTTP/1.1\r\nHost".encode())


@pytest.mark.parametrize(
    # What is told of errors alone is told of warnings, too.
    ("level", "form"),
    [("debug", "json"), ("info", "text"), ("warning", "json")],
)
def test_no_level_of_the_log_tells_a_secret(town_url: str, level: str, form: str) -> None:
    with served(town_url, level, form) as server:
        ask_with_secrets(server)
    told = "\n".join(server.log)
    assert SECRET not in told
    assert LON not in told
    assert LAT not in told
    assert ("/api/v1/isochrone" in told) == (level in ("debug", "info"))


def test_a_request_is_one_json_line_with_the_id_that_the_answer_has(town_url: str) -> None:
    with served(town_url, "info", "json") as server:
        assert server.ask("GET", f"{TILE}?at=2026-05-01", x_request_id="proxy-12345678") == 200
        assert server.ask("HEAD", "/healthz") == 200
        assert server.ask("GET", "/x%0Aforged%22line") == 400
    lines = [json.loads(line) for line in server.log]
    asked = [line for line in lines if line["logger"] == "wangge.access"]
    tile = next(line for line in asked if line.get("request_id") == "proxy-12345678")
    assert (tile["method"], tile["status"], tile["path"]) == ("GET", 200, TILE)
    assert tile["route"] == "/tiles/{layers}/{z}/{x}/{y}.mvt"
    assert tile["bytes"] > 100
    assert 0 < tile["ms"] < 30_000
    head = next(line for line in asked if line["method"] == "HEAD")
    assert (head["route"], head["bytes"]) == ("/healthz", 0)
    odd = next(line for line in asked if line["status"] == 400)
    assert (odd["route"], odd["path"]) == ("unmatched", "/x%0Aforged%22line")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", line["time"]) for line in lines)


def broken(message: str) -> logging.LogRecord:
    """Make a record of a fault whose text somebody else wrote."""
    fault = RuntimeError(f"cannot open http://h/?key={SECRET}&at=2026")
    told = (RuntimeError, fault, None)
    return logging.LogRecord("x", logging.ERROR, "", 0, message, (), told)


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_tracebacks_are_struck_out_and_stay_readable(lines: logging.Formatter) -> None:
    told = lines.format(broken(f'asked "token={SECRET}" in vain'))
    assert SECRET not in told
    assert "at=2026" in told
    assert "RuntimeError" in told
    if isinstance(lines, JsonLines):
        assert json.loads(told)["message"] == 'asked "token=***" in vain'


@given(name=st.sampled_from(["key", "TOKEN", "password", "lon", "lat", "bbox"]), rest=st.text())
def test_whatever_surrounds_it_a_value_is_struck_out(name: str, rest: str) -> None:
    assert SECRET not in without_secrets(f"{rest} {name}={SECRET}&{rest}")
    assert SECRET not in without_secrets(f"{rest}?{name}={SECRET} {rest}")
