"""
The private PostgreSQL of one project folder: start, stop, status, url, reset.

A cluster lives in one folder, its *home*: ``data`` (PostgreSQL's), ``run`` (the
socket), ``log``, ``password`` and ``lock``. It is never an existing cluster, never
listens on 5432, and speaks TCP only when asked. Two clones have two homes.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from gis.errors import Unavailable
from gis.store import cluster_files
from gis.store.cluster_home import ClusterHome
from gis.store.cluster_processes import clear_stale_pid_file, end_orphans, server_pid
from gis.store.postgres_binaries import PostgresBinaries, find_postgres

ROLE = "wangge"
START_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What is known about a cluster without connecting to it."""

    state: Literal["absent", "stopped", "running"]
    home: Path
    pid: int | None
    major: int | None
    tcp_port: int | None
    size_bytes: int


def start(
    home: ClusterHome, *, tcp: bool | None = None, throwaway: bool = False
) -> Literal["started", "already running"]:
    """
    Start the cluster of `home`, making it first when there is none.

    Parameters
    ----------
    home
        Where it lives and as which user it runs.
    tcp
        True: also listen on a free port of 127.0.0.1, with a password; False: on
        the socket only; None: as last time. A running server is restarted when
        this changes what it listens on.
    throwaway
        A cluster for tests: nothing is synced to disk, all is lost with the power.

    Raises
    ------
    Unavailable
        No PostgreSQL was found, or it would not start; its last words are named.
    """
    with _locked(home):
        binaries = _binaries(home)
        before = cluster_files.tcp_port(home)
        listens_otherwise = tcp is not None and tcp != (before is not None)
        if server_pid(home.data) is not None:
            if not listens_otherwise:
                return "already running"
            _pg_ctl(home, binaries, "stop", "-m", "fast")
        if not home.data.exists():
            _initdb(home, binaries, throwaway=throwaway)
        port = cluster_files.free_port() if tcp else (None if tcp is False else before)
        cluster_files.write_conf(home, tcp_port=port, throwaway=throwaway)
        _launch(home, binaries)
        if tcp:
            _set_password(home, binaries)
        return "started"


def stop(home: ClusterHome) -> Literal["stopped", "not running"]:
    """Stop the cluster, rolling back what is not committed; sessions are cut off."""
    if not home.data.exists():
        return "not running"
    with _locked(home):
        if server_pid(home.data) is None:
            return "not running"
        _pg_ctl(home, _binaries(home), "stop", "-m", "fast")
        return "stopped"


def status(home: ClusterHome) -> ClusterStatus:
    """Tell whether the cluster is there and runs, and how large it is."""
    pid = server_pid(home.data) if home.data.exists() else None
    state: Literal["absent", "stopped", "running"] = "running" if pid else "stopped"
    return ClusterStatus(
        state=state if home.data.exists() else "absent",
        home=home.path,
        pid=pid,
        major=cluster_files.data_major(home),
        tcp_port=cluster_files.tcp_port(home),
        size_bytes=cluster_files.size_bytes(home),
    )


def url(home: ClusterHome, database: str = "wangge", *, tcp: bool = False) -> str:
    """
    Address of a database of the cluster, for SQLAlchemy, libpq and GDAL alike.

    With `tcp` it holds the password; otherwise it names the socket, which only the
    owner of the cluster (and root) can open.

    Raises
    ------
    Unavailable
        TCP is wanted and the cluster was not started with it.
    """
    if not tcp:
        socket = quote(str(home.socket_dir), safe="")
        return (
            f"postgresql://{ROLE}@/{database}?host={socket}&port={cluster_files.socket_port(home)}"
        )
    port = cluster_files.tcp_port(home)
    if port is None:
        raise Unavailable(
            "The private database does not listen on TCP: run `wangge db start --tcp` first.",
            "私有数据库未开启 TCP:请先运行 `wangge db start --tcp`。",
        )
    password = quote(home.password_file.read_text().strip(), safe="")
    return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{database}"


def reset(home: ClusterHome) -> None:
    """Stop the cluster and delete its data, for good."""
    stop(home)
    if not home.path.exists():
        return
    with _locked(home):
        for folder in (home.data, home.unfinished):
            if folder.exists():
                shutil.rmtree(folder)
        shutil.rmtree(home.socket_dir, ignore_errors=True)
        for file in (home.password_file, home.log):
            file.unlink(missing_ok=True)


def psql_command(home: ClusterHome) -> tuple[list[str], dict[str, str]]:
    """Command line of psql on the cluster's database, and its environment."""
    binaries = _binaries(home)
    return [binaries.program("psql"), url(home)], binaries.environment()


@contextlib.contextmanager
def _locked(home: ClusterHome) -> Iterator[None]:
    """Hold the lock of the home, so that two starts at once make one cluster."""
    home.make()
    with (home.path / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _binaries(home: ClusterHome) -> PostgresBinaries:
    return find_postgres(home.tools_dir, major=cluster_files.data_major(home))


def _initdb(home: ClusterHome, binaries: PostgresBinaries, *, throwaway: bool) -> None:
    """Make the data folder beside its place and move it there whole: a kill leaves no half."""
    if home.unfinished.exists():
        shutil.rmtree(home.unfinished)
    arguments = ["-D", str(home.unfinished), "-U", ROLE, "--encoding=UTF8", "--locale=C.UTF-8"]
    arguments += ["--auth-local=peer", "--auth-host=scram-sha-256", "--data-checksums"]
    arguments += ["--no-sync"] if throwaway else []
    _run(home, binaries, "initdb", *arguments)
    cluster_files.write_access_rules(home, throwaway=throwaway)
    home.unfinished.rename(home.data)


def _launch(home: ClusterHome, binaries: PostgresBinaries) -> None:
    home.make_socket_dir()
    clear_stale_pid_file(home.data)
    for left in home.socket_dir.glob(".s.PGSQL.*"):  # its lock file may name a reused pid, too
        left.unlink()
    end_orphans(home.data)
    cluster_files.shorten_log(home)
    log, patience = str(home.log), str(START_PATIENCE_S)
    _pg_ctl(home, binaries, "start", "-w", "-t", patience, "-l", log)


def _pg_ctl(home: ClusterHome, binaries: PostgresBinaries, *arguments: str) -> None:
    try:
        _run(home, binaries, "pg_ctl", "-s", "-D", str(home.data), *arguments)
    except Unavailable as fault:
        words = cluster_files.last_words(home)
        raise Unavailable(f"{fault.en}\n{words}", f"{fault.zh}\n{words}") from fault


def _run(home: ClusterHome, binaries: PostgresBinaries, program: str, *arguments: str) -> None:
    """Run a program as the cluster's user; what it says on failure is the fault's message."""
    done = subprocess.run(  # noqa: S603
        [binaries.program(program), *arguments],
        env=binaries.environment() | {"HOME": str(home.path)},
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **home.as_owner(),
    )
    if done.returncode != 0:
        said = done.stderr.strip()
        raise Unavailable(
            f"PostgreSQL's {program} failed in {home.path}: {said}",
            f"PostgreSQL 的 {program} 在 {home.path} 运行失败:{said}",
        )


def _set_password(home: ClusterHome, binaries: PostgresBinaries) -> None:
    """Give the role a password once, and keep it in a file only the owner can read."""
    if home.password_file.exists():
        return
    password = secrets.token_urlsafe(24)
    with home.private_file(home.password_file) as file:
        file.write(password + "\n")
    command = [binaries.program("psql"), url(home, "postgres"), "-qX", "-v", "ON_ERROR_STOP=1"]
    subprocess.run(  # noqa: S603
        command,
        input=f"\\set password {password}\nALTER ROLE wangge PASSWORD :'password';\n",
        env=binaries.environment(),
        text=True,
        check=True,
    )
