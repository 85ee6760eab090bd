"""Memory of one server process under mixed load: tiles cold and warm, edits, open event streams."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from bench import tile_servers
from bench.faces_maker import Faces
from bench.tile_load import http_load
from bench.tiles_fresh import tile_place
from gis.store.engine import open_engine

Row = dict[str, str]
MINUTES = 4.0
_STREAMS = 30
_EDITS_A_SECOND = 5
_ROUND_S = 10.0
_LAYERS = ("buildings", "courtyards", "facilities", "grids", "streets", "buildings,streets")
_EDIT = """
UPDATE building SET households = households + 1
WHERE code IN (SELECT code FROM building TABLESAMPLE SYSTEM (0.01) LIMIT 3)
"""


def rows(url: str, faces: Faces, minutes: float) -> list[Row]:
    """Load one process for so long and look at its resident memory after each round."""
    rng = random.Random(7)
    paths = _paths(faces, rng)
    with tile_servers.wangge(url, cache_mb=64) as (port, pid):
        begun = resident_mb(pid)
        with _streams(port), _edits(url):
            seen, answers = _loaded(port, pid, paths, rng, minutes * 60)
    half = [point for point in seen if point[0] > minutes * 30]
    slope = float(np.polyfit([at for at, _ in half], [mb for _, mb in half], 1)[0]) * 60
    most = max(mb for _, mb in seen)
    return [
        {
            "minutes": f"{minutes:.0f}",
            "answers": f"{answers:,.0f}",
            "MB before": f"{begun:.0f}",
            "MB after the first half": f"{half[0][1]:.0f}",
            "MB at the end": f"{seen[-1][1]:.0f}",
            "growth in the second half, MB/min": f"{slope:+.2f}",
            "most": f"{most:.0f}",
            "must 400 MB": "yes" if most < 400 else "no",
        }
    ]


def _loaded(
    port: int, pid: int, paths: list[str], rng: random.Random, seconds: float
) -> tuple[list[tuple[float, float]], float]:
    seen: list[tuple[float, float]] = []
    begun, answers = time.perf_counter(), 0.0
    while (now := time.perf_counter() - begun) < seconds:
        # Half of each round was asked for before and may be in memory, half is drawn at random.
        asked = paths[:400] + rng.sample(paths, 400)
        rng.shuffle(asked)
        headers = (f"Accept-Encoding: {rng.choice(('gzip', 'br', 'identity'))}",)
        load = http_load(port, asked, _ROUND_S, headers=headers)
        answers += load.per_second * _ROUND_S
        seen.append((now + _ROUND_S, resident_mb(pid)))
    return seen, answers


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _paths(faces: Faces, rng: random.Random) -> list[str]:
    west, south, east, north = faces.extent
    found = []
    for _ in range(20_000):
        z = rng.choice((12, 13, 14, 15, 16, 16, 16))
        x, y = tile_place(rng.uniform(west, east), rng.uniform(south, north), z)
        found.append(f"/tiles/{rng.choice(_LAYERS)}/{z}/{int(x)}/{int(y)}.mvt")
    return found


@contextmanager
def _streams(port: int) -> Iterator[None]:
    """Hold event streams open; half of them never read."""
    channels = [socket.create_connection(("127.0.0.1", port)) for _ in range(_STREAMS)]
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.1):
            for channel in channels[::2]:
                channel.setblocking(False)
                try:
                    channel.recv(1 << 20)
                except BlockingIOError:
                    continue

    for channel in channels:
        channel.sendall(b"GET /api/v1/changes HTTP/1.1\r\nHost: x\r\n\r\n")
    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()
        for channel in channels:
            channel.close()


@contextmanager
def _edits(url: str) -> Iterator[None]:
    """Edit some buildings several times a second."""
    engine, over = open_engine(url, pool_size=1), threading.Event()

    def edit() -> None:
        while not over.wait(1 / _EDITS_A_SECOND):
            with engine.begin() as connection:
                connection.execute(sa.text(_EDIT))

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        yield
    finally:
        over.set()
        editor.join()
        engine.dispose()
