"""
Tiles from memory and 304, beside a bare async route that returns the same.

The bare route is FastAPI's under the same uvicorn, without parameters and without middleware;
it returns the very bytes that the service returned, or an empty 304.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from statistics import median

import uvicorn
from fastapi import FastAPI, Response

from bench.http_load import Load, get, load
from maps.tiles import MVT

_CLIENTS, _SECONDS, _ROUNDS = 8, 2.0, 5


@contextmanager
def service(url: str, **settings: str) -> Iterator[str]:
    """Run the service on a database as an operator does; its address, without a slash."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    given = {f"WANGGE_{name.upper()}": value for name, value in settings.items()}
    environment = keep | {"WANGGE_DATABASE_URL": url, "WANGGE_LANG": "en"} | given
    with _process(["-m", "api.cli", "serve", "--port", "0"], environment) as address:
        yield address


@contextmanager
def bare(body: bytes) -> Iterator[str]:
    """Run the bare route on some bytes."""
    with _process(["-m", "bench.tiles_cached", "--bare"], dict(os.environ), body) as address:
        yield address


@contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], given: bytes = b""
) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(given)
        process.stdin.close()
        line = process.stdout.readline().decode()
        address = re.search(r"http://\S+", line)
        assert address, line
        try:
            yield address[0].rstrip("/")
        finally:
            process.terminate()


def serve_bare() -> None:
    """Serve what stands on the input until a signal."""
    body = sys.stdin.buffer.read()
    app = FastAPI()

    @app.get("/tile")
    async def tile() -> Response:
        return Response(body, media_type=MVT)

    @app.get("/same")
    async def same() -> Response:
        return Response(status_code=304)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"http://127.0.0.1:{port}", flush=True)

    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False)
    Server(config).run()


def fetched(address: str, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    """Ask once; body and headers by their names in small letters."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(address.partition("//")[2], timeout=60)
    with closing(connection):
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        return answer.read(), {k.lower(): v for k, v in answer.getheaders()}


def cached_rows(address: str, path: str, encoding: str = "gzip") -> list[list[str]]:
    """Measure bytes from memory and 304 of one tile, in turn with the bare route."""
    body, headers = fetched(address, path, accept_encoding=encoding)
    _until_known(address, path, encoding, headers["etag"])
    with bare(body) as plain:
        whole = _beside(address, plain, {"accept_encoding": encoding}, path, "/tile", 200)
        known = {"accept_encoding": encoding, "if_none_match": headers["etag"]}
        same = _beside(address, plain, known, path, "/same", 304)
    return [
        _row(f"from memory, {len(body) / 1000:.1f} kB {encoding}", *whole),
        _row("304", *same),
    ]


def _until_known(address: str, path: str, encoding: str, etag: str) -> None:
    """Ask until memory answers, which it does once the change log is read to its end."""
    for _ in range(100):
        _, headers = fetched(address, path, accept_encoding=encoding)
        assert headers["etag"] == etag
        time.sleep(0.01)


def _beside(
    ours: str, bare_one: str, headers: dict[str, str], path: str, bare_path: str, status: int
) -> tuple[float, float]:
    """Median of rounds in turn, so that what else the machine does meets both alike."""
    rounds: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        both = [_measured(ours, path, headers, status), _measured(bare_one, bare_path, {}, status)]
        rounds.append((both[0].per_s, both[1].per_s))
    return median(one for one, _ in rounds), median(other for _, other in rounds)


def _measured(address: str, path: str, headers: dict[str, str], status: int) -> Load:
    request = get(path, address.partition("//")[2], **headers)
    done = load(address, [request], clients=_CLIENTS, seconds=_SECONDS)
    assert set(done.statuses) == {status}, done.statuses
    return done


def _row(name: str, ours: float, other: float) -> list[str]:
    share = ours / other
    good = "yes, aim too" if share >= 0.9 else "yes" if share >= 0.8 else "no"
    return [name, f"{ours:,.0f}", f"{other:,.0f}", f"{share:.0%}", good]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare()
    else:
        url, path = sys.argv[1:3]
        with service(url) as address:
            for row in cached_rows(address, path):
                print(" | ".join(row))
