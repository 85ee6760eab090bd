"""A PostGIS for tests: a cluster of its own in memory or the temporary folder, gone at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.store import cluster
from gis.store.cluster_home import (
    THROWAWAY_PREFIX,
    ClusterHome,
    throwaway_folders,
    throwaway_home,
)

PROJECT = Path(__file__).resolve().parents[1]
_MAKER = "maker.pid"


@contextmanager
def throwaway_cluster(*, durable: bool = False) -> Iterator[str]:
    """Yield the address of a server on which any database may be made; see `throwaway_server`."""
    with throwaway_server(durable=durable) as home:
        yield cluster.url(home, "postgres")


@contextmanager
def throwaway_server(*, durable: bool = False) -> Iterator[ClusterHome]:
    """
    Yield the home of a running cluster, for whoever stops or kills it.

    Nothing is synced to disk, which tests do not need; with `durable` it is set up as a private
    database is and lies on the disk, for measuring.

    It shares nothing with the private database of the folder, so tests run beside a
    running demo. What an earlier run left behind because it was killed is removed.
    """
    sweep()
    home = throwaway_home(PROJECT, on_disk=durable)
    (home.path / _MAKER).write_text(_identity(os.getpid()))
    try:
        cluster.start(home, throwaway=not durable)
        yield home
    finally:
        _remove(home)


def sweep() -> list[Path]:
    """Remove the throw-away clusters of this user whose makers are gone, and return them."""
    swept = []
    for marker in _markers():
        if _is_abandoned(marker) and _claim(marker):
            owner = marker.parent.owner() if os.geteuid() == 0 else None
            _remove(ClusterHome(marker.parent, PROJECT / ".wangge", owner))
            swept.append(marker.parent)
    return swept


def _markers() -> list[Path]:
    """Marks of all throw-away clusters of this machine that a maker has put."""
    pattern = f"{THROWAWAY_PREFIX}*/{_MAKER}"
    return [marker for folder in throwaway_folders() for marker in folder.glob(pattern)]


def _is_abandoned(marker: Path) -> bool:
    """Tell whether the cluster is ours and its maker is gone."""
    try:
        if marker.stat().st_uid != os.geteuid():
            return False
        made_by = marker.read_text()
    except FileNotFoundError:  # swept by somebody else meanwhile
        return False
    pid = made_by.partition(" ")[0]
    return pid.isdigit() and _identity(int(pid)) != made_by


def _identity(pid: int) -> str:
    """Pid and start time: another process that has the pid later has another start time."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return f"{pid} gone"
    return f"{pid} {fields[19]}"


def _claim(marker: Path) -> bool:
    """Take the mark away; of two that sweep at once only one can."""
    try:
        marker.rename(marker.with_name("swept"))
    except FileNotFoundError:
        return False
    return True


def _remove(home: ClusterHome) -> None:
    cluster.reset(home)
    shutil.rmtree(home.path)
