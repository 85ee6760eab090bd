"""Valhalla beside our circles: its binaries from the wheel, tiles, and the service on loopback."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.apart import RIVALS

Floats = npt.NDArray[np.float64]

BINARIES = RIVALS / "valhalla/bin"
SPEED_M_S = 1.2
# The literal shortest path: stairs cost their length and paths of every difficulty are walked.
COSTING = {
    "shortest": True,
    "step_penalty": 0,
    "max_hiking_difficulty": 6,
    "walking_speed": SPEED_M_S * 3.6,
}
_MOST_S = 900
_PAIRS = 100_000
_AT_ONCE = 2_000
_START_S = 20.0
_SCRAP = 50  # nodes, its own default


@dataclass(frozen=True, slots=True)
class Tiles:
    """A built graph: its configuration file, and what building it took."""

    config: Path
    wall_s: float
    cpu_s: float
    peak_mb: float


def is_there() -> bool:
    """Return whether the binaries were installed beside the other rivals."""
    return (BINARIES / "valhalla_service").exists()


def built(extract: Path, folder: Path) -> Tiles:
    """Build the tiles of an ``.osm.pbf`` extract into a folder, one thread."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "valhalla.json"
    config.write_text(json.dumps(_config(folder)), encoding="utf-8")
    start = time.perf_counter()
    command = [str(BINARIES / "valhalla_build_tiles"), "-c", str(config), "-j", "1", str(extract)]
    measured = [sys.executable, "-c", _MEASURED, *command]
    done = subprocess.run(measured, check=True, stdout=subprocess.PIPE, text=True, timeout=_MOST_S)
    wall = time.perf_counter() - start
    cpu, peak = json.loads(done.stdout.splitlines()[-1])
    return Tiles(config, wall, cpu, peak)


# Children's usage is known only as the highest of all of them: so a parent for this one child.
_MEASURED = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([u.ru_utime + u.ru_stime, u.ru_maxrss / 1000]))
"""


def _config(folder: Path) -> dict[str, Any]:
    made = subprocess.run(
        [sys.executable, str(RIVALS / "valhalla/valhalla_build_config.py")],
        check=True,
        capture_output=True,
        text=True,
    )
    config: dict[str, Any] = json.loads(made.stdout)
    tiles = {"tile_dir": str(folder / "tiles"), "max_cache_size": 200_000_000}
    elsewhere = ("tile_extract", "traffic_extract", "admin", "timezone", "landmarks")
    config["mjolnir"] |= tiles | dict.fromkeys(elsewhere, "")
    config["service_limits"]["pedestrian"] |= {
        "max_matrix_location_pairs": _PAIRS,
        "max_locations": _PAIRS,
    }
    return config


class Valhalla:
    """A running service, spoken to over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, action: str, request: dict[str, Any]) -> Any:
        """Return the decoded answer of an action; RuntimeError with its words when it refuses."""
        self._connection.request("POST", f"/{action}", json.dumps(request))
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(body.decode("utf-8", "replace")[:300])
        return json.loads(body)

    def metres(self, source: Floats, targets: Floats) -> Floats:
        """
        Length of the shortest walk from one lon, lat to each of many; inf where there is none.

        From where Valhalla sets the points on its streets, without the legs to them. One source
        per request: its matrix from many sources errs in some 5 % of the pairs.
        """
        found = [
            self._row(source, targets[start : start + _AT_ONCE])
            for start in range(0, len(targets), _AT_ONCE)
        ]
        return np.concatenate([np.empty(0), *found])

    def _row(self, source: Floats, targets: Floats) -> Floats:
        request = {
            "sources": [_place(source)],
            "targets": [_place(target) for target in targets],
            "costing": "pedestrian",
            "costing_options": {"pedestrian": COSTING},
            "verbose": False,
        }
        distances = self.ask("sources_to_targets", request)["sources_to_targets"]["distances"][0]
        return np.array([np.inf if d is None else d * 1000 for d in distances])

    def set_on_streets(self, points: Floats) -> Floats:
        """Return the lon, lat at which each place is set on the streets; NaN: nowhere."""
        at = np.full((len(points), 2), np.nan)
        for start in range(0, len(points), _AT_ONCE):
            request = {
                "locations": [_place(point) for point in points[start : start + _AT_ONCE]],
                "costing": "pedestrian",
                "costing_options": {"pedestrian": COSTING},
                "verbose": True,
            }
            for number, found in enumerate(self.ask("locate", request), start):
                edges = sorted(found["edges"] or [], key=_on_a_scrap)
                for edge in edges[:1]:
                    at[number] = edge["correlated_lon"], edge["correlated_lat"]
        return at

    def isochrone(self, point: Floats, minutes: float) -> dict[str, Any]:
        """Return the polygon of an isochrone as a GeoJSON feature."""
        request = {
            "locations": [_place(point)],
            "costing": "pedestrian",
            "costing_options": {"pedestrian": COSTING},
            "contours": [{"time": minutes}],
            "polygons": True,
        }
        feature: dict[str, Any] = self.ask("isochrone", request)["features"][0]
        return feature


def _on_a_scrap(edge: dict[str, Any]) -> bool:
    """Whether little of the network is reached from a street: it is used when nothing else is."""
    return bool(min(edge["outbound_reach"], edge["inbound_reach"]) < _SCRAP)


def _place(point: Floats) -> dict[str, float]:
    return {"lon": float(point[0]), "lat": float(point[1])}


@contextmanager
def running(extract: Path, folder: Path) -> Iterator[Valhalla]:
    """Build the tiles of an extract in a folder and serve them."""
    with serving(built(extract, folder)) as service:
        yield service


@contextmanager
def serving(tiles: Tiles) -> Iterator[Valhalla]:
    """Run the service on a free port of loopback; it ends with the block, or by its own limit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = json.loads(tiles.config.read_text(encoding="utf-8"))
    config["httpd"]["service"] |= {"listen": f"tcp://127.0.0.1:{port}", "drain_seconds": 1}
    run = tiles.config.with_name("service.json")
    run.write_text(json.dumps(config), encoding="utf-8")
    command = ["timeout", str(_MOST_S), str(BINARIES / "valhalla_service"), str(run), "1"]
    service = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Valhalla(port)
    finally:
        service.terminate()
        try:
            service.wait(timeout=10)
        except subprocess.TimeoutExpired:
            service.kill()


def _wait(port: int) -> None:
    """Until the port answers: connecting is what is waited for."""
    end = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
