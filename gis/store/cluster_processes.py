"""
Which processes belong to a data folder, whatever its pid file says.

A pid file left by ``kill -9`` may name a number that another process has today.
PostgreSQL then refuses to start for good, so the working folder of the process,
which for a server is always its data folder, decides.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

_POLL_S = 0.05


def server_pid(data: Path) -> int | None:
    """Pid of the live server of this data folder, or None."""
    pid = _pid_in_file(data)
    return pid if pid is not None and _works_in(pid, data) else None


def clear_stale_pid_file(data: Path) -> bool:
    """Remove a pid file whose process is gone or is somebody else's; True when one was removed."""
    if not (data / "postmaster.pid").exists() or server_pid(data) is not None:
        return False
    (data / "postmaster.pid").unlink(missing_ok=True)
    return True


def end_orphans(data: Path, patience_s: float = 3.0) -> list[int]:
    """
    End the backends that outlived a killed server, and return their pids.

    They notice on their own unless they are in the middle of a long computation;
    until they are gone their shared memory keeps a new server from starting. Nothing
    is lost: what they did was not committed.
    """
    orphans = [] if server_pid(data) else _processes_in(data)
    if not orphans or _gone(orphans, data, patience_s):
        return orphans
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        for pid in orphans:
            if _works_in(pid, data):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
        if _gone(orphans, data, patience_s):
            break
    return orphans


def _pid_in_file(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _works_in(pid: int, data: Path) -> bool:
    """Tell whether the process is a PostgreSQL whose working folder is the data folder."""
    process = Path(f"/proc/{pid}")
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").samefile(data)
    except OSError:  # gone, or of another user and so not our server
        return False if Path("/proc/self").exists() else _listed_with(pid, data)


def _listed_with(pid: int, data: Path) -> bool:
    """Ask ps, where there is no /proc: a server is started with its data folder."""
    listed = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return str(data) in listed.stdout and "postgres" in listed.stdout


def _processes_in(data: Path) -> list[int]:
    pids = (int(p.name) for p in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if _works_in(pid, data)]


def _gone(pids: list[int], data: Path, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while any(_works_in(pid, data) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
