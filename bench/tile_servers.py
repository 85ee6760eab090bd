"""The servers that the tile benchmarks ask: ours, and tipg from PyPI."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

PROJECT = Path(__file__).parents[1]
TIPG = PROJECT / ".wangge/bench-tipg"
_PATIENCE_S = 60


@contextmanager
def wangge(url: str, *, cache_mb: int, **settings: str) -> Iterator[tuple[int, int]]:
    """Serve a database with `wangge serve`; its port and the id of its process."""
    given = {"DATABASE_URL": url, "TILE_CACHE_MB": str(cache_mb), "LOG_LEVEL": "warning"}
    given["READERS"] = "anyone"
    environment = {f"WANGGE_{name}": value for name, value in {**given, **settings}.items()}
    command = [sys.executable, "-m", "api.cli", "serve", "--port"]
    with server(command, environment, "/readyz") as (port, pid):
        yield port, pid


@contextmanager
def tipg(url: str) -> Iterator[tuple[int, int]]:
    """Serve all tables with tipg, uvicorn as ours, its tiles not limited in features."""
    environment = {
        "DATABASE_URL": _with_host(url),
        "PYTHONPATH": str(TIPG),
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "TIPG_CATALOG_TTL": "86400",
        "TIPG_TILE_BUFFER": "64",
    }
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--log-level", "error", "--port"]
    with server(command, environment, "/healthz") as (port, pid):
        yield port, pid


def _with_host(url: str) -> str:
    """Spell a socket's folder as the host: tipg takes no address without one."""
    parsed = sa.make_url(url)
    folder, port = parsed.query.get("host"), parsed.query.get("port")
    if not isinstance(folder, str):
        return url
    return f"postgresql://{parsed.username}@{quote(folder, safe='')}:{port}/{parsed.database}"


@contextmanager
def server(
    command: list[str], environment: Mapping[str, str], health: str
) -> Iterator[tuple[int, int]]:
    port = _free_port()
    process = subprocess.Popen(
        [*command, str(port)],
        env=os.environ | dict(environment),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _until_ready(process, f"http://127.0.0.1:{port}{health}")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(_PATIENCE_S * 10):
        assert process.poll() is None, "the server went away"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
