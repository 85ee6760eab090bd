"""`/api/v1/isochrone` on the sample, asked over HTTP by one client after another."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

import sample_geodata
from api.services.importing import import_all
from bench.city import _server as server
from bench.importing import own_database
from gis.store import migrate
from gis.store.engine import open_engine

SAMPLE = Path(sample_geodata.__file__).with_name("yunxi.gpkg")
_WARM = 30


def clicks(count: int) -> dict[str, Any]:
    """Seconds of so many clicks at places of buildings, after some that fill the memory."""
    with server() as database, own_database(database) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        import_all(engine, SAMPLE)
        engine.dispose()
        points = _points(count + _WARM)
        with serving(url) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            taken = np.array([_asked(connection, *point) for point in points])
    return {
        "p50_ms": 1000 * float(np.median(taken[_WARM:])),
        "p95_ms": 1000 * float(np.percentile(taken[_WARM:], 95)),
        "first_s": float(taken[0]),
        "clicks": count,
    }


def _points(count: int) -> list[tuple[float, float]]:
    places = gpd.read_file(SAMPLE, layer="buildings").geometry.representative_point()
    rng = np.random.default_rng(5)
    chosen = places.iloc[rng.integers(0, len(places), count)]
    shift = rng.uniform(-2e-4, 2e-4, (count, 2))
    lonlat = shapely.get_coordinates(list(chosen)) + shift
    return [(lon, lat) for lon, lat in lonlat.tolist()]


def _asked(connection: http.client.HTTPConnection, lon: float, lat: float) -> float:
    start = time.perf_counter()
    connection.request("GET", f"/api/v1/isochrone?lon={lon:.6f}&lat={lat:.6f}&minutes=5,10,15")
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:200]
    return time.perf_counter() - start


@contextmanager
def serving(url: str, **settings: str) -> Iterator[int]:
    """Serve a database on a free port of loopback, as `wangge serve` does with such settings."""
    command = [sys.executable, "-m", "api.cli", "serve", "--host", "127.0.0.1", "--port", "0"]
    environment = os.environ | {"WANGGE_DATABASE_URL": url, "WANGGE_LANG": "en"}
    environment |= {"WANGGE_READERS": "anyone", **settings}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield next(
                int(told[1])
                for line in process.stdout
                if (told := re.search(r":(\d{4,5})\b", line))
            )
        finally:
            process.terminate()
