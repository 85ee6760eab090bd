"""A PostgreSQL that is killed during an import has all of it afterwards, or nothing."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.services.importing import import_all
from gis.store import cluster, migrate, tables
from gis.store.cluster_home import ClusterHome, throwaway_home
from gis.store.cluster_processes import server_pid
from gis.store.engine import open_engine
from ops.throwaway import PROJECT

_IMPORTER = """
import sys
from api.services.importing import import_all
from gis.errors import Unavailable
from gis.store.engine import open_engine

def tell(progress):
    if progress.layer == "stairwells" and progress.stage == "sending":
        print("half done", flush=True)
        sys.stdin.readline()

try:
    import_all(open_engine(sys.argv[1]), sys.argv[2], tell=tell)
except Unavailable as fault:
    print(fault.code, fault.en)
"""


@pytest.fixture
def home() -> Iterator[ClusterHome]:
    made = throwaway_home(PROJECT)
    cluster.start(made, throwaway=True)
    yield made
    cluster.reset(made)
    shutil.rmtree(made.path)


def _kill_server(home: ClusterHome) -> None:
    pid = server_pid(home.data)
    assert pid is not None
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([descriptor], [], [], 10)[0]
    os.close(descriptor)


def _stored(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return [
            int(connection.execute(sa.select(sa.func.count()).select_from(t)).scalar_one())
            for t in (tables.area, tables.building, tables.import_run, tables.import_row)
        ]


def test_killing_postgresql_half_way_leaves_nothing(home: ClusterHome, sample_folder: Path) -> None:
    url, path = cluster.url(home, "postgres"), str(sample_folder / "yunxi.gpkg")
    engine = open_engine(url)
    migrate.upgrade(engine)
    importer = subprocess.Popen(
        [sys.executable, "-c", _IMPORTER, url, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == "half done\n"
        _kill_server(home)
        told, _ = importer.communicate("go on\n")
    assert told.startswith(
        "unavailable The database does not answer; nothing was stored. Try again"
    )
    assert ".s.PGSQL" not in told
    assert importer.returncode == 0
    assert cluster.start(home, throwaway=True) == "started"
    assert _stored(engine) == [0, 0, 0, 0]
    assert import_all(engine, path)[0].counts.added > 0
    engine.dispose()
