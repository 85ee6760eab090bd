"""
Where a private cluster lives and as which user it runs.

PostgreSQL refuses to run as root, and a clone under root's own home cannot be
reached by anybody else. So for root the home is under ``/var/lib/wangge``, in a
folder named after the project folder, and belongs to an unprivileged user; for
everybody else it is ``.wangge`` in the project folder.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypedDict

from gis.errors import Unavailable

LONGEST_SOCKET_DIR = 85
"""Bytes; a socket's whole path may have 107, of which its name takes up to 20."""

ROOT_HOMES = Path("/var/lib/wangge")
SERVER_USERS = ("postgres", "wangge")
THROWAWAY_PREFIX = "wangge-test-"
MEMORY = Path("/dev/shm")  # noqa: S108 (homes made there are 0700, as in the temporary folder)
MEMORY_ROOM_BYTES = 4 * 2**30
"""Free memory that a cluster for tests may ask for; its databases take a fraction of it."""


class RunAs(TypedDict, total=False):
    """Arguments of subprocess that change the user; empty for one's own."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ClusterHome:
    """The folder of one cluster, and the user who owns it (None: the one who asks)."""

    path: Path
    tools_dir: Path
    owner: str | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.path / "data"

    @property
    def unfinished(self) -> Path:
        """The data folder while it is being made."""
        return self.path / "data.unfinished"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.path / "postgres.log"

    @property
    def password_file(self) -> Path:
        """Password of the role over TCP; mode 0600."""
        return self.path / "password"

    @property
    def socket_dir(self) -> Path:
        """Folder of the socket, short enough for a socket's address; mode 0700."""
        beside = self.path / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIR:
            return beside
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        if self.owner is not None or len(os.fsencode(runtime)) > LONGEST_SOCKET_DIR - 24:
            runtime = Path("/tmp")  # noqa: S108 (made 0700 and its owner is checked)
        return runtime / f"wangge-{folder_hash(self.path)}"

    def as_owner(self) -> RunAs:
        """Arguments that make a subprocess run as the owner."""
        if self.owner is None:
            return {}
        entry = pwd.getpwnam(self.owner)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def may_connect(self) -> tuple[str, ...]:
        """Users of the system who may open the socket: the owner, and who started the cluster."""
        us = pwd.getpwuid(os.geteuid()).pw_name
        return tuple(dict.fromkeys((self.owner or us, us)))

    def make(self) -> None:
        """Make the folder, for its owner only."""
        if self.path.exists():
            self._check_reach()
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        self.give(self.path)
        self._check_reach()

    def make_socket_dir(self) -> None:
        """Make the folder of the socket; refuse one that somebody else put there."""
        folder = self.socket_dir
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != self._uid():
            raise Unavailable(
                f"{folder} belongs to somebody else: remove it, or set WANGGE_DATA_DIR to a "
                f"folder with a shorter path.",
                f"{folder} 属于其他用户:请删除它,或把 WANGGE_DATA_DIR 设为路径较短的文件夹。",
            )
        folder.chmod(0o700)

    def give(self, path: Path) -> None:
        """Hand a file or folder of root's making over to the owner."""
        if self.owner is not None:
            entry = pwd.getpwnam(self.owner)
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def private_file(self, path: Path) -> TextIO:
        """Open a new file that only we can read, never through a link."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        return os.fdopen(os.open(path, flags, 0o600), "w")

    def _uid(self) -> int:
        return os.geteuid() if self.owner is None else pwd.getpwnam(self.owner).pw_uid

    def _check_reach(self) -> None:
        """Make sure that the owner can enter the folder and write there."""
        asked = subprocess.run(  # noqa: S603
            ["/usr/bin/test", "-w", str(self.path)], cwd="/", check=False, **self.as_owner()
        )
        if asked.returncode == 0:
            return
        user = self.owner or pwd.getpwuid(os.geteuid()).pw_name
        raise Unavailable(
            f"The user {user} cannot write in {self.path}: set WANGGE_DATA_DIR to a folder that "
            f"{user} can reach and owns.",
            f"用户 {user} 无法写入 {self.path}:"
            f"请把 WANGGE_DATA_DIR 设为 {user} 可进入并拥有的文件夹。",
        )


def cluster_home(project: Path, data_dir: Path | None = None) -> ClusterHome:
    """
    Home of the private cluster of a project folder.

    Parameters
    ----------
    project
        The clone; its resolved path decides which cluster is meant.
    data_dir
        Another place for the home (setting ``WANGGE_DATA_DIR``).
    """
    tools = project / ".wangge"
    if os.geteuid() != 0:
        return ClusterHome((data_dir or tools / "postgis").absolute(), tools)
    path = (data_dir or ROOT_HOMES / folder_hash(project)).absolute()
    return ClusterHome(path, tools, owner=server_user())


def throwaway_home(project: Path, *, on_disk: bool = False) -> ClusterHome:
    """
    Home of a new cluster for tests, in memory where there is room, else in the temporary folder.

    Making and dropping a database creates and deletes 700 files, which costs 45 ms in memory
    and half a second on a disk. What is to be measured stays `on_disk`.
    """
    folder = None if on_disk else _roomy_memory()
    path = Path(tempfile.mkdtemp(prefix=THROWAWAY_PREFIX, dir=folder))
    home = ClusterHome(path, project / ".wangge", owner=None if os.geteuid() else server_user())
    home.give(path)
    return home


def throwaway_folders() -> tuple[Path, ...]:
    """Folders in which homes for tests may lie."""
    return tuple({Path(tempfile.gettempdir()), MEMORY})


def _roomy_memory() -> Path | None:
    """Folder that is kept in memory, if it and the memory behind it have room enough."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    free_bytes = min(shutil.disk_usage(MEMORY).free, _available_bytes())
    return MEMORY if free_bytes >= MEMORY_ROOM_BYTES else None


def _available_bytes() -> int:
    """Memory that programs may still take, by the kernel's own estimate."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return int(told["MemAvailable"].split()[0]) * 1024


def folder_hash(folder: Path) -> str:
    """Short name for a folder that stays the same as long as the folder is there."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


def server_user() -> str:
    """
    Unprivileged user for a cluster that root starts; `wangge` is made when there is none.

    Raises
    ------
    Unavailable
        There is no such user and none can be made.
    """
    for name in SERVER_USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    options = ["--system", "--no-create-home", "--home-dir", str(ROOT_HOMES)]
    options += ["--shell", "/usr/sbin/nologin", "--user-group"]
    try:
        subprocess.run([useradd, *options, "wangge"], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as fault:
        raise Unavailable(
            "PostgreSQL cannot run as root, and no user `wangge` could be made: run "
            "`useradd --system wangge`, or start Wangge as an ordinary user.",
            "PostgreSQL 不能以 root 运行,且无法新建用户 `wangge`:"
            "请运行 `useradd --system wangge`,或以普通用户启动。",
        ) from fault
    return "wangge"
