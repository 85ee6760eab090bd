"""
Checking and storing 100,000 buildings: ``python -m bench.importing``.

The importer runs in a process of its own against a PostGIS that the benchmark starts with the
settings of a private database: what is committed is on the disk (``fsync``). The table is
written to ``bench/importing.md``.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import sqlalchemy as sa

from api.services.importing import import_file
from bench.io import BUILDINGS, town
from bench.own_process import Figures, in_own_process, machine, record, run, usage, within
from gis.io.write import write_layer
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

LIMIT_S, LIMIT_BYTES = 15.0, 1_500_000_000
SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """Make a database of its own on the server, and drop it at the end."""
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


def _settings(server: str) -> dict[str, str]:
    """What the server says of itself; it must sync what is committed."""
    engine = open_engine(server)
    with engine.connect() as connection:
        show = sa.text("SELECT current_setting(:name)")
        told = {name: str(connection.execute(show, {"name": name}).scalar()) for name in SETTINGS}
    engine.dispose()
    assert told["fsync"] == told["synchronous_commit"] == told["full_page_writes"] == "on", told
    return told


def measure(url: str, path: str) -> Figures:
    """Import `path` once in this process; the server's CPU seconds are its session's."""
    engine = open_engine(url)

    def work() -> Figures:
        result = import_file(engine, path, "buildings")
        return {"waiting": result.waiting, **asdict(result.counts)}

    session, busy = _session(engine)
    figures = usage(work)
    after, busy_after = _session(engine)
    assert session == after, "the import ran in another session"
    engine.dispose()
    return figures | {"server_cpu": busy_after - busy, "load": os.getloadavg()[0]}


def _session(engine: sa.Engine) -> tuple[int, float]:
    """Process of the engine's session and the CPU seconds it has used."""
    with engine.connect() as connection:
        pid = int(connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one())
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return pid, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _prepare(url: str, layers: dict[str, gpd.GeoDataFrame], folder: Path) -> None:
    """Migrate, and store what buildings are checked against."""
    engine = open_engine(url)
    migrate.upgrade(engine)
    for layer in ("areas", "courtyards"):
        path = write_layer(layers[layer], folder / f"{layer}.gpkg", layer=layer)
        import_file(engine, path, layer)
    engine.dispose()


def main() -> None:
    """Import from three formats into an empty store and once more into a full one."""
    layers = town(BUILDINGS, np.random.default_rng(7))
    rows: list[tuple[str, Figures]] = []
    with TemporaryDirectory() as name, throwaway_cluster(durable=True) as server:
        folder, told = Path(name), _settings(server)
        for suffix in (".gpkg", ".zip", ".geojson"):
            path = write_layer(layers["buildings"], folder / f"b{suffix}", layer="buildings")
            with own_database(server) as url:
                _prepare(url, layers, folder)
                first = in_own_process("bench.importing", url, str(path))
                assert first["added"] == BUILDINGS, first
                rows.append((f"{suffix}, into an empty store", first))
                if suffix == ".gpkg":
                    again = in_own_process("bench.importing", url, str(path))
                    assert again["unchanged"] == BUILDINGS, again
                    rows.append((f"{suffix}, the same file again", again))
    record(__file__, _head(told), [_HEADING, *(_row(name, figures) for name, figures in rows)])


_HEADING = (
    "file",
    "added",
    "unchanged",
    "waiting",
    "seconds",
    "CPU s, importer",
    "CPU s, server",
    "load",
    "peak memory, MB",
    "within",
)


def _head(told: dict[str, str]) -> list[str]:
    server = ", ".join(f"{name} {value}" for name, value in told.items())
    return [
        "# Checking and storing 100,000 buildings",
        "",
        "`python -m bench.importing`: generated town, areas and 4,000 courtyards stored before,"
        " every check on, one transaction, a fresh process per import. Seconds are wall time of"
        " importer and PostGIS together, the commit on disk included; peak memory is the"
        " importer's. The machine was shared with other work: load is the mean number of processes"
        " that wanted a core in the minute before, and CPU seconds are what the work takes alone.",
        f"Server, started for this: {server}.",
        f"Limits: {LIMIT_S:.0f} s and {LIMIT_BYTES / 1e9:.1f} GB. {machine()}",
    ]


def _row(name: str, f: Figures) -> list[str]:
    good = f["s"] <= LIMIT_S and f["bytes"] <= LIMIT_BYTES
    counts = [str(f[column]) for column in ("added", "unchanged", "waiting")]
    spent = [f"{f[column]:.1f}" for column in ("s", "cpu", "server_cpu", "load")]
    return [name, *counts, *spent, f"{f['bytes'] / 1e6:.0f}", within(good)]


if __name__ == "__main__":
    run(main, measure)
