"""A PostGIS for tests: a cluster of its own in the temporary folder, gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.store import cluster
from gis.store.cluster_home import THROWAWAY_PREFIX, ClusterHome, throwaway_home

PROJECT = Path(__file__).resolve().parents[1]
_MAKER = "maker.pid"


@contextmanager
def throwaway_cluster() -> Iterator[str]:
    """
    Yield the address of a server on which any database may be made.

    It shares nothing with the private database of the folder, so tests run beside a
    running demo. What an earlier run left behind because it was killed is removed.
    """
    sweep()
    home = throwaway_home(PROJECT)
    (home.path / _MAKER).write_text(str(os.getpid()))
    try:
        cluster.start(home, throwaway=True)
        yield cluster.url(home, "postgres")
    finally:
        _remove(home)


def sweep() -> list[Path]:
    """Remove the throw-away clusters of this user whose makers are gone, and return them."""
    swept = []
    for marker in Path(tempfile.gettempdir()).glob(f"{THROWAWAY_PREFIX}*/{_MAKER}"):
        if _is_abandoned(marker) and _claim(marker):
            owner = marker.parent.owner() if os.geteuid() == 0 else None
            _remove(ClusterHome(marker.parent, PROJECT / ".wangge", owner))
            swept.append(marker.parent)
    return swept


def _is_abandoned(marker: Path) -> bool:
    """Tell whether it is ours and the maker is gone: a process younger than its mark is another."""
    try:
        marked = marker.stat()
        if marked.st_uid != os.geteuid():
            return False
        process = Path("/proc") / marker.read_text()
    except FileNotFoundError:  # swept by somebody else meanwhile
        return False
    return not process.exists() or process.stat().st_mtime > marked.st_mtime + 1


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
