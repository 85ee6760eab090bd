"""
Checking and storing 100,000 buildings: ``python -m bench.importing``.

The importer runs in a process of its own against a throw-away PostGIS (or the server named by
``WANGGE_TEST_DATABASE_URL``). The table is written to ``bench/importing.md``.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa

from api.services.importing import import_file
from bench.io import BUILDINGS, town
from gis.io.write import write_layer
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

LIMIT_S, LIMIT_BYTES = 15.0, 1_500_000_000


@contextmanager
def _server() -> Iterator[str]:
    given = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with throwaway_cluster() as url:
        yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"wangge_bench_{uuid.uuid4().hex[:8]}"
    admin = open_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def measure(url: str, path: Path) -> dict[str, Any]:
    """Import `path` in this process; seconds, CPU seconds and peak memory of the process."""
    engine = open_engine(url)
    started, busy = time.perf_counter(), time.process_time()
    result = import_file(engine, path, "buildings")
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures = {"s": seconds, "cpu": busy, "bytes": peak, "waiting": result.waiting}
    return figures | asdict(result.counts)


def _in_own_process(url: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.importing", "--one", url, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Import from three formats into an empty store and twice into a full one."""
    layers = town(BUILDINGS, np.random.default_rng(7))
    rows: list[tuple[str, dict[str, Any]]] = []
    with TemporaryDirectory() as name, _server() as server:
        folder = Path(name)
        for suffix in (".gpkg", ".zip", ".geojson"):
            with _database(server) as url:
                engine = open_engine(url)
                migrate.upgrade(engine)
                for layer in ("areas", "courtyards"):
                    import_file(
                        engine,
                        write_layer(layers[layer], folder / f"{layer}.gpkg", layer=layer),
                        layer,
                    )
                engine.dispose()
                path = write_layer(layers["buildings"], folder / f"b{suffix}", layer="buildings")
                first = _in_own_process(url, path)
                assert first["added"] == BUILDINGS, first
                rows.append((f"{suffix}, into an empty store", first))
                if suffix == ".gpkg":
                    again = _in_own_process(url, path)
                    assert again["unchanged"] == BUILDINGS, again
                    rows.append((f"{suffix}, the same file again", again))
    table = _table(rows)
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)


def _table(rows: list[tuple[str, dict[str, Any]]]) -> str:
    lines = [
        "# Checking and storing 100,000 buildings",
        "",
        "`python -m bench.importing`: generated town, areas and 4,000 courtyards stored before,"
        " every check on, one transaction, a fresh process per import. Seconds are wall time of"
        " importer and PostGIS together; CPU seconds and peak memory are the importer's. The"
        " server runs without fsync, as throw-away ones do. The machine was shared with other"
        " work.",
        f"Limits: {LIMIT_S:.0f} s and {LIMIT_BYTES / 1e9:.1f} GB. Machine: {os.cpu_count()} cores,"
        f" {platform.machine()}, Python {platform.python_version()}.",
        "",
        "| file | added | unchanged | waiting | seconds | CPU seconds | peak memory, MB | within |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, f in rows:
        good = f["s"] <= LIMIT_S and f["bytes"] <= LIMIT_BYTES
        lines.append(
            f"| {name} | {f['added']} | {f['unchanged']} | {f['waiting']} | {f['s']:.1f}"
            f" | {f['cpu']:.1f} | {f['bytes'] / 1e6:.0f} | {'yes' if good else 'no'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
    else:
        main()
