"""The private cluster, with real servers: it starts after everything that can happen to it."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from gis.errors import Unavailable
from gis.store import cluster
from gis.store.cluster_home import ClusterHome, cluster_home, folder_hash, throwaway_home
from gis.store.cluster_processes import server_pid
from gis.store.postgres_binaries import find_postgres

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home() -> Iterator[ClusterHome]:
    """Home of a cluster that is not made yet; all is removed at the end."""
    made = throwaway_home(PROJECT)
    yield made
    _remove(made)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """Data of a throw-away cluster that was stopped; for copying only."""
    home = throwaway_home(PROJECT)
    cluster.start(home, throwaway=True)
    cluster.stop(home)
    yield home.data
    _remove(home)


@pytest.fixture
def standing(home: ClusterHome, made: Path) -> ClusterHome:
    """Home of a throw-away cluster that is stopped."""
    _copy(made, home.data)
    return home


@pytest.fixture(scope="module")
def lasting() -> Iterator[ClusterHome]:
    """Home of a running cluster as operators have it."""
    home = throwaway_home(PROJECT)
    cluster.start(home)
    yield home
    _remove(home)


def _copy(data: Path, target: Path) -> None:
    """Copy a stopped cluster, owners and modes included: a tenth of making one."""
    subprocess.run(["/bin/cp", "-a", str(data), str(target)], check=True)


def _remove(home: ClusterHome) -> None:
    cluster.reset(home)
    shutil.rmtree(home.path)


def _ask(home: ClusterHome, statement: str, *, tcp: bool = False) -> object:
    connection = psycopg2.connect(cluster.url(home, "postgres", tcp=tcp))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return None if row is None else row[0]
    finally:
        connection.close()


def _kill(home: ClusterHome) -> int:
    """Kill the server the hard way and wait until the kernel has let go of it."""
    pid = server_pid(home.data)
    assert pid is not None
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert _has_ended(descriptor, within_s=10)
    os.close(descriptor)
    return pid


def _has_ended(descriptor: int, within_s: float = 0) -> bool:
    """Tell whether the process of a pidfd has ended; nobody may have reaped it yet."""
    return bool(select.select([descriptor], [], [], within_s)[0])


def test_a_cluster_starts_stops_and_keeps_its_data(home: ClusterHome) -> None:
    assert cluster.status(home).state == "absent"
    assert cluster.start(home, throwaway=True) == "started"
    assert cluster.start(home, throwaway=True) == "already running"
    _ask(home, "CREATE TABLE kept AS SELECT 7 AS n")
    assert cluster.status(home).state == "running"
    assert cluster.stop(home) == "stopped"
    assert cluster.stop(home) == "not running"
    assert cluster.status(home).state == "stopped"
    cluster.start(home, throwaway=True)
    assert _ask(home, "SELECT n FROM kept") == 7


def test_texts_are_utf8_whatever_the_caller_speaks(
    home: ClusterHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.setenv(name, "POSIX")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    cluster.start(home, throwaway=True)
    assert _ask(home, "SHOW server_encoding") == "UTF8"
    assert _ask(home, "SELECT datctype FROM pg_database WHERE datname = 'template1'") == "C.UTF-8"
    assert _ask(home, "SELECT upper('Ä网格')") == "Ä网格"


def test_a_lasting_cluster_syncs_to_disk(lasting: ClusterHome) -> None:
    cluster.start(lasting)
    shown = [
        _ask(lasting, f"SHOW {name}") for name in ("fsync", "full_page_writes", "data_checksums")
    ]
    assert shown == ["on", "on", "on"]
    assert _ask(lasting, "SHOW synchronous_commit") == "on"


def test_a_killed_server_starts_again_with_what_was_committed(lasting: ClusterHome) -> None:
    cluster.start(lasting)
    _ask(lasting, "CREATE TABLE kept AS SELECT 7 AS n")
    killed = _kill(lasting)
    assert (lasting.data / "postmaster.pid").exists()
    assert cluster.status(lasting).state == "stopped"
    assert cluster.start(lasting) == "started"
    assert server_pid(lasting.data) not in (None, killed)
    assert _ask(lasting, "SELECT n FROM kept") == 7


def test_a_backend_that_outlives_its_killed_server_does_not_keep_it_down(
    standing: ClusterHome,
) -> None:
    cluster.start(standing, throwaway=True)
    connection = psycopg2.connect(cluster.url(standing, "postgres"), async_=True)
    _finish(connection)
    backend = connection.info.backend_pid
    # A loop inside one expression never looks for the server's death.
    connection.cursor().execute("SELECT count(*) FROM generate_series(1, 1e12::bigint)")
    connection.poll()
    _kill(standing)
    descriptor = os.pidfd_open(backend)
    assert not _has_ended(descriptor)
    assert cluster.start(standing, throwaway=True) == "started"
    assert _has_ended(descriptor)
    os.close(descriptor)
    connection.close()


def _finish(connection: psycopg2.extensions.connection) -> None:
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        reads = [connection] if state == psycopg2.extensions.POLL_READ else []
        writes = [connection] if state == psycopg2.extensions.POLL_WRITE else []
        select.select(reads, writes, [], 10)


def test_a_pid_file_whose_number_another_process_has_is_stale(standing: ClusterHome) -> None:
    cluster.start(standing, throwaway=True)
    _kill(standing)
    pid_file = standing.data / "postmaster.pid"
    with subprocess.Popen(
        ["/bin/cat"], stdin=subprocess.PIPE, cwd="/", **standing.as_owner()
    ) as stranger:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert cluster.status(standing).state == "stopped"
        assert cluster.start(standing, throwaway=True) == "started"
        assert stranger.poll() is None
        stranger.communicate()


def test_the_pid_of_another_cluster_is_not_taken_for_ours(
    standing: ClusterHome, made: Path
) -> None:
    other = throwaway_home(PROJECT)
    _copy(made, other.data)
    try:
        cluster.start(standing, throwaway=True)
        cluster.start(other, throwaway=True)
        _kill(standing)
        shutil.copyfile(other.data / "postmaster.pid", standing.data / "postmaster.pid")
        assert cluster.start(standing, throwaway=True) == "started"
        assert cluster.status(other).state == "running"
    finally:
        _remove(other)


def test_a_pid_file_of_garbage_is_stale(standing: ClusterHome) -> None:
    cluster.start(standing, throwaway=True)
    _kill(standing)
    (standing.data / "postmaster.pid").write_text("")
    assert cluster.start(standing, throwaway=True) == "started"


def test_two_clusters_stand_side_by_side(standing: ClusterHome, made: Path) -> None:
    other = throwaway_home(PROJECT)
    _copy(made, other.data)
    try:
        cluster.start(standing, throwaway=True)
        cluster.start(other, throwaway=True)
        _ask(standing, "CREATE TABLE mine ()")
        there = "SELECT to_regclass('mine') IS NOT NULL"
        assert (_ask(standing, there), _ask(other, there)) == (True, False)
    finally:
        _remove(other)


def test_starts_at_once_make_one_cluster(home: ClusterHome) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: cluster.start(home, throwaway=True), range(3)))
    assert sorted(answers) == ["already running", "already running", "started"]


def test_a_first_start_that_was_cut_off_is_begun_anew(home: ClusterHome) -> None:
    home.make()
    home.unfinished.mkdir()
    (home.unfinished / "PG_VERSION").write_text("15\n")
    assert cluster.start(home, throwaway=True) == "started"
    assert not home.unfinished.exists()


def test_a_long_path_gets_a_short_socket(home: ClusterHome, made: Path) -> None:
    folder = home.path / ("很长的路径" * 8)
    folder.mkdir()
    home.give(folder)
    _copy(made, folder / "data")
    deep = ClusterHome(folder, home.tools_dir, home.owner)
    try:
        cluster.start(deep, throwaway=True)
        assert len(os.fsencode(deep.socket_dir)) <= 85
        assert _ask(deep, "SELECT 1") == 1
        assert stat.S_IMODE(deep.socket_dir.stat().st_mode) == 0o700
    finally:
        cluster.reset(deep)
    assert not deep.socket_dir.exists()


def test_a_socket_folder_of_somebody_else_is_refused(standing: ClusterHome) -> None:
    standing.socket_dir.symlink_to("/tmp")  # noqa: S108
    with pytest.raises(Unavailable, match="belongs to somebody else"):
        cluster.start(standing, throwaway=True)
    standing.socket_dir.unlink()


def test_there_is_no_tcp_until_it_is_asked_for_and_then_with_a_password(
    standing: ClusterHome,
) -> None:
    cluster.start(standing, throwaway=True)
    assert _ask(standing, "SHOW listen_addresses") == ""
    with pytest.raises(Unavailable, match="wangge db start --tcp"):
        cluster.url(standing, tcp=True)
    assert cluster.start(standing, tcp=True, throwaway=True) == "started"
    assert cluster.status(standing).tcp_port not in (None, 5432)
    assert _ask(standing, "SELECT 1", tcp=True) == 1
    assert stat.S_IMODE(standing.password_file.stat().st_mode) == 0o600
    wrong = re.sub(r":[^:@]+@", ":guess@", cluster.url(standing, "postgres", tcp=True))
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)
    assert cluster.start(standing, tcp=False, throwaway=True) == "started"
    assert cluster.status(standing).tcp_port is None


def test_the_socket_is_for_its_owners_role_only(lasting: ClusterHome) -> None:
    cluster.start(lasting)
    _ask(lasting, "CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg2.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg2.connect(cluster.url(lasting, "postgres").replace("wangge@", "stranger@"))


def test_reset_leaves_nothing(standing: ClusterHome) -> None:
    cluster.start(standing, tcp=True, throwaway=True)
    cluster.reset(standing)
    assert cluster.status(standing).state == "absent"
    assert {p.name for p in standing.path.iterdir()} == {"lock"}


def test_a_server_that_will_not_start_tells_why(standing: ClusterHome) -> None:
    (standing.data / "operator.conf").write_text("shared_buffers = 'nonsense'\n")
    with pytest.raises(Unavailable, match='invalid value for parameter "shared_buffers"'):
        cluster.start(standing, throwaway=True)


def test_a_home_its_user_cannot_write_in_is_named(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
    home = cluster_home(PROJECT, tmp_path)
    with pytest.raises(Unavailable, match="set WANGGE_DATA_DIR to a folder"):
        cluster.start(home, throwaway=True)


def test_two_clones_have_two_homes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    link = tmp_path / "link"
    link.symlink_to(one)
    assert folder_hash(one) == folder_hash(link) != folder_hash(two)
    assert cluster_home(one).path != cluster_home(two).path


def test_data_of_another_major_version_is_not_touched(standing: ClusterHome) -> None:
    (standing.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 9, but only .* is installed"):
        cluster.start(standing, throwaway=True)


def test_a_named_folder_of_programs_hides_all_others(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make setup"):
        find_postgres(PROJECT / ".wangge", {"WANGGE_PG_BINDIR": str(tmp_path)})


def test_the_finder_of_programs_needs_nothing_installed() -> None:
    code = "import sys; sys.path.insert(0, '.'); import gis.store.postgres_binaries"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=PROJECT, check=True)
