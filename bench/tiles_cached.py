"""
Tiles from memory and 304s, beside a bare async route that returns the same.

The bare route is FastAPI's, under the same uvicorn, without a parameter and without middleware;
it returns the very bytes that the service returned, or an empty 304.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI, Response

from api.services.embed_keys import NewKey, make_key
from api.services.sights import ALL_SEEING
from bench import tile_servers
from bench.tile_load import http_load
from gis.store.engine import open_engine
from maps.tiles import MVT

Row = dict[str, str]
_ROUNDS = 5
_TILE = "/tiles/buildings/14/12952/6845.mvt"
_COUNTY = "511500000000"
_GZIP = "Accept-Encoding: gzip"


def rows(url: str, seconds: float) -> list[Row]:
    """Measure one tile of zoom 14 from memory, with and without an embed key, and its 304."""
    engine = open_engine(url)
    wanted = NewKey(_COUNTY, layers=("grids",))
    key = make_key(engine, ALL_SEEING, wanted, made_by="bench", now=datetime.now(UTC)).key
    engine.dispose()
    with tile_servers.wangge(url, cache_mb=64) as (port, pid):
        return [
            *_both(port, pid, _TILE, "", seconds),
            *_both(port, pid, f"{_TILE}?key={key}", ", embed key", seconds),
        ]


def _both(port: int, pid: int, path: str, more: str, seconds: float) -> list[Row]:
    body, etag = _known(port, path)
    with bare(body) as (plain, plain_pid):
        pair = _Pair((port, pid), (plain, plain_pid), seconds)
        return [
            pair.row(f"from memory, {len(body) / 1000:.1f} kB{more}", path, "/tile", (_GZIP,), 200),
            pair.row(f"304{more}", path, "/same", (_GZIP, f"If-None-Match: {etag}"), 304),
        ]


def _known(port: int, path: str) -> tuple[bytes, str]:
    """Ask until memory answers, which it does when the change log is read to its end."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(50):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            time.sleep(0.02)
        return body, answer.headers["etag"]


class _Pair:
    """Ours and the bare server, asked in turn so that what else the machine does meets both."""

    def __init__(self, ours: tuple[int, int], bare: tuple[int, int], seconds: float) -> None:
        self._ours, self._bare, self._seconds = ours, bare, seconds

    def row(
        self, name: str, path: str, bare_path: str, headers: tuple[str, ...], status: int
    ) -> Row:
        rounds = [
            (
                _asked(self._ours, path, self._seconds, headers, status),
                _asked(self._bare, bare_path, self._seconds, headers, status),
            )
            for _ in range(_ROUNDS)
        ]
        ours, plain = (
            tuple(map(median, zip(*side, strict=True))) for side in zip(*rounds, strict=True)
        )
        return _row(name, ours, plain)


def _row(name: str, ours: tuple[float, float], plain: tuple[float, float]) -> Row:
    share = ours[0] / plain[0]
    return {
        "answer": name,
        "ours, a second": f"{ours[0]:,.0f}",
        "bare route": f"{plain[0]:,.0f}",
        "share": f"{share:.0%}",
        "CPU µs, ours": f"{ours[1] * 1e6:.0f}",
        "CPU µs, bare": f"{plain[1] * 1e6:.0f}",
        "must 80 %": "yes" if share >= 0.8 else "no",
        "aim 90 %": "yes" if share >= 0.9 else "no",
    }


def _asked(
    server: tuple[int, int], path: str, seconds: float, headers: tuple[str, ...], status: int
) -> tuple[float, float]:
    """Answers a second, and the server's CPU seconds for each."""
    port, pid = server
    before = cpu_s(pid)
    load = http_load(port, [path], seconds, headers=headers, status=status)
    return load.per_second, (cpu_s(pid) - before) / (load.per_second * seconds)


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def bare(body: bytes) -> Iterator[tuple[int, int]]:
    """Serve some bytes, and an empty 304, from a bare route; port and process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "body"
        path.write_bytes(body)
        command = [sys.executable, "-m", "bench.tiles_cached", str(path)]
        with tile_servers.server(command, {}, "/healthz") as served:
            yield served


def serve_bare(path: str, port: int) -> None:
    """Serve until a signal."""
    body = Path(path).read_bytes()
    app = FastAPI()

    @app.get("/tile")
    async def tile() -> Response:
        return Response(body, media_type=MVT)

    @app.get("/same")
    async def same() -> Response:
        return Response(status_code=304)

    @app.get("/healthz")
    async def health() -> Response:
        return Response()

    uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve_bare(sys.argv[1], int(sys.argv[2]))
