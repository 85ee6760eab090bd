"""
Where the programs of PostgreSQL with PostGIS are on this machine.

Only the standard library is used, because the set-up asks these questions before
anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gis.errors import Unavailable

PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql")
OLDEST_POSTGRES = 14
UNPACKED = Path("postgres")
"""Folder, below the project's ``.wangge``, of packages unpacked without root."""


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """Programs of one PostgreSQL that has PostGIS, and the environment they need."""

    bindir: Path
    major: int
    unpacked: Path | None = None

    def program(self, name: str) -> str:
        """Path of one program."""
        return str(self.bindir / name)

    def environment(self) -> dict[str, str]:
        """
        Return the whole environment of the programs.

        Nothing of the caller's ``PG*`` settings or locale leaks into the cluster;
        unpacked programs are told where their libraries and PROJ's grids are.
        """
        env = {"PATH": f"{self.bindir}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        env |= {name: os.environ[name] for name in ("HOME", "TERM", "TZ") if name in os.environ}
        if self.unpacked is not None:
            env["LD_LIBRARY_PATH"] = ":".join(str(d) for d in library_folders(self.unpacked))
            env["PROJ_DATA"] = env["PROJ_LIB"] = str(self.unpacked / "usr/share/proj")
        return env


def library_folders(root: Path) -> list[Path]:
    """
    Folders below `root` that hold shared libraries of packages unpacked there.

    BLAS and LAPACK, which GDAL needs, lie one folder deeper than the others and are
    found only through links that an installation would have made.
    """
    arches = [d for base in ("usr/lib", "lib") for d in sorted((root / base).glob("*-linux-gnu*"))]
    deeper = [sub for arch in arches for sub in sorted(arch.iterdir()) if sub.is_dir()]
    return [d for d in arches + deeper if next(d.glob("lib*.so*"), None) is not None]


def find_postgres(
    tools_dir: Path, environ: Mapping[str, str] = os.environ, *, major: int | None = None
) -> PostgresBinaries:
    """
    Find PostgreSQL with PostGIS: the one named, an installed one, or the unpacked one.

    Parameters
    ----------
    tools_dir
        The project's ``.wangge`` folder, where the set-up unpacks packages.
    environ
        ``WANGGE_PG_BINDIR`` names one folder of programs and hides all others.
    major
        Only this major version, when a cluster made by it exists already.

    Raises
    ------
    Unavailable
        None is there; the message holds the remedy.
    """
    found = [b for b in candidates(tools_dir, environ) if b.major >= OLDEST_POSTGRES]
    for binaries in found:
        if major is None or binaries.major == major:
            return binaries
    if major is not None and found:
        raise Unavailable(
            f"The private database was made by PostgreSQL {major}, but only "
            f"{', '.join(str(b.major) for b in found)} is installed: install postgresql-{major} "
            f"and its PostGIS, or delete the data with `wangge db reset`.",
            f"私有数据库由 PostgreSQL {major} 建立,本机只装有 "
            f"{'、'.join(str(b.major) for b in found)}:请安装 postgresql-{major} 及其 PostGIS,"
            f"或用 `wangge db reset` 删除数据。",
        )
    raise Unavailable(
        "No PostgreSQL with PostGIS was found: run `make setup`, or set WANGGE_DATABASE_URL "
        "to a database that has PostGIS.",
        "未找到带 PostGIS 的 PostgreSQL:请运行 `make setup`,"
        "或把 WANGGE_DATABASE_URL 设为已有 PostGIS 的数据库。",
    )


def candidates(tools_dir: Path, environ: Mapping[str, str]) -> Iterator[PostgresBinaries]:
    """Every PostgreSQL with PostGIS, the best first."""
    named = environ.get("WANGGE_PG_BINDIR", "")
    if named:
        yield from _with_postgis(Path(named))
        return
    for bindir in installed_folders():
        yield from _with_postgis(bindir)
    root = tools_dir / UNPACKED
    for bindir in _newest_first(root.glob("usr/lib/postgresql/*/bin")):
        yield from _with_postgis(bindir, unpacked=root)


def installed_folders() -> list[Path]:
    """Folders of programs of every PostgreSQL installed on the system, newest first."""
    folders = _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))  # Debian, Ubuntu
    folders += _newest_first(Path("/usr").glob("pgsql-*/bin"))  # the PostgreSQL yum repository
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return [f for f in dict.fromkeys(folders) if (f / "postgres").exists()]


def postgres_major(postgres: Path) -> int | None:
    """Major version of a server without running it where Debian's path tells, else by asking."""
    by_path = re.search(r"/(?:postgresql/|pgsql-)(\d+)/", str(postgres))
    if by_path:
        return int(by_path.group(1))
    asked = subprocess.run(  # noqa: S603
        [str(postgres), "--version"], capture_output=True, text=True, check=False, timeout=10
    )
    number = re.search(r"(\d+)", asked.stdout)
    return int(number.group(1)) if number else None


def _with_postgis(bindir: Path, unpacked: Path | None = None) -> Iterator[PostgresBinaries]:
    if not all((bindir / program).exists() for program in PROGRAMS):
        return
    major = postgres_major(bindir / "postgres")
    if major is not None and _has_postgis(bindir, major):
        yield PostgresBinaries(bindir, major, unpacked)


def _has_postgis(bindir: Path, major: int) -> bool:
    shares = (
        bindir.parents[3] / f"share/postgresql/{major}" if len(bindir.parents) > 3 else bindir,
        bindir.parent / "share",
        bindir.parent / "share/postgresql",
    )
    return any(
        (share / "extension" / control).exists()
        for share in shares
        for control in ("postgis.control",)
    )


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(folders, key=lambda f: [int(n) for n in re.findall(r"\d+", str(f))], reverse=True)
