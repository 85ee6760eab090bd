"""Publication is all or nothing, whoever is killed in the middle of it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.services.database import prepare_server
from gis.store import cluster
from gis.store.cluster_home import ClusterHome, throwaway_home
from gis.store.cluster_processes import server_pid
from gis.store.engine import open_engine
from gis.store.migrate import upgrade
from tests.api.services.conftest import COMMUNITY, Town, fill_town
from tests.api.services.test_plans import TODAY, codes_of, divided, published

PROJECT = Path(__file__).resolve().parents[3]
PUBLISH = """
import sys
from datetime import date
from api.services.publishing import publish_plan
from gis.store.engine import open_engine
day = date.fromisoformat(sys.argv[3])
engine, plan = open_engine(sys.argv[1]), int(sys.argv[2])
publish_plan(engine, plan, valid_from=day, published_by="planner", today=day)
"""


@pytest.fixture
def home() -> Iterator[ClusterHome]:
    """A durable PostGIS of this test's own, which it may kill."""
    made = throwaway_home(PROJECT)
    cluster.start(made)
    prepare_server(cluster.url(made, "postgres"), "wangge")
    yield made
    cluster.reset(made)
    shutil.rmtree(made.path)


def kill(pid: int) -> None:
    """Kill a process the hard way and wait until the kernel has let go of it."""
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([descriptor], [], [], 10)[0]
    os.close(descriptor)


@contextmanager
def publication_stuck_halfway(town: Town, url: str, plan_id: int) -> Iterator[int]:
    """
    Run a publication in a process of its own, held fast after its codes are written.

    A lock on the handover table stops it; yields the process id once it waits there.
    """
    with town.engine.connect() as holder, town.engine.connect() as watcher:
        holder.execute(sa.text("LOCK TABLE handover IN ACCESS EXCLUSIVE MODE"))
        command = [sys.executable, "-c", PUBLISH, url, str(plan_id), TODAY.isoformat()]
        with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL) as process:
            _wait_until_blocked(watcher, process)
            yield process.pid
            process.wait(timeout=30)


def _wait_until_blocked(watcher: sa.Connection, process: subprocess.Popen[bytes]) -> None:
    """Return when some session waits for the handover table; PostgreSQL tells, no clock does."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_locks WHERE relation = 'handover'::regclass AND NOT granted"
    )
    while watcher.execute(waiting).scalar_one() == 0:
        watcher.rollback()
        assert process.poll() is None, "the publication ended before it could be held"


def kill_publisher(publisher: int, _: ClusterHome) -> None:
    kill(publisher)


def kill_postgres(_: int, home: ClusterHome) -> None:
    server = server_pid(home.data)
    assert server is not None
    kill(server)


@pytest.mark.parametrize("killer", [kill_publisher, kill_postgres])
def test_a_publication_that_is_killed_leaves_nothing_and_can_be_repeated(
    home: ClusterHome, killer: Callable[[int, ClusterHome], None]
) -> None:
    url = cluster.url(home)
    engine = open_engine(url)
    upgrade(engine)
    fill_town(engine)
    town = Town(engine)
    plan_id = divided(town)
    try:
        with publication_stuck_halfway(town, url, plan_id) as publisher:
            killer(publisher, home)
    except sa.exc.OperationalError:
        assert killer is kill_postgres  # the holder of the lock lost its connection too
    engine.dispose()
    cluster.start(home)
    with engine.connect() as connection:
        for table in ("publication", "grid", "grid_period", "lineage", "handover"):
            count = connection.execute(sa.select(sa.func.count()).select_from(sa.table(table)))
            assert count.scalar_one() == 0, table
        state = sa.text("SELECT state FROM plan WHERE id = :id")
        assert connection.execute(state, {"id": plan_id}).scalar_one() == "draft"
    published(town, plan_id)
    assert f"{COMMUNITY}001" in codes_of(town, plan_id).values()
    engine.dispose()
