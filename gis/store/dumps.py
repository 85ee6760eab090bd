"""Dumps of a database by PostgreSQL's own programs, of the version that fits the server."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from gis.errors import Unavailable, UnreadableFile
from gis.store.postgres_binaries import UNPACKED, PostgresBinaries

_PROGRAMS = ("pg_dump", "pg_restore")


def find_clients(tools_dir: Path, server_major: int) -> PostgresBinaries:
    """
    Find pg_dump and pg_restore that are as new as a server, the oldest of these.

    Raises
    ------
    Unavailable
        None on this machine is new enough.
    """
    found = sorted(
        (one for one in _clients(tools_dir) if one.major >= server_major), key=lambda b: b.major
    )
    if found:
        return found[0]
    raise Unavailable(
        f"The server runs PostgreSQL {server_major}, and no pg_dump as new as that is on this "
        f"machine: install postgresql-client-{server_major}, or set WANGGE_PG_BINDIR.",
        f"服务器为 PostgreSQL {server_major}，本机没有同版本或更新的 pg_dump："
        f"请安装 postgresql-client-{server_major}，或设置 WANGGE_PG_BINDIR。",
    )


def dump(programs: PostgresBinaries, url: str, file: Path, *, snapshot: str) -> None:
    """
    Write the database to `file` in PostgreSQL's custom format, as it is in a snapshot.

    Raises
    ------
    Unavailable
        pg_dump failed; what it said is named.
    """
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    _run(programs, "pg_dump", url, *options, f"--file={file}")


def restore(programs: PostgresBinaries, url: str, file: Path) -> None:
    """
    Restore a dump into an empty database, all of it or nothing.

    Raises
    ------
    UnreadableFile
        The file is no such dump, or damaged.
    """
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    try:
        _run(programs, "pg_restore", url, *options, str(file))
    except Unavailable as fault:
        raise UnreadableFile(
            f"{file.name} cannot be restored, and nothing of it was: {fault.en}",
            f"{file.name} 无法恢复，未恢复任何内容：{fault.zh}",
        ) from fault


def _clients(tools_dir: Path) -> Iterator[PostgresBinaries]:
    named = os.environ.get("WANGGE_PG_BINDIR", "")
    folders = [Path(named)] if named else []
    if not named:
        folders += Path("/usr/lib/postgresql").glob("*/bin")  # Debian, Ubuntu
        folders += Path("/usr").glob("pgsql-*/bin")  # the PostgreSQL yum repository
        folders += [Path("/usr/local/bin"), Path("/usr/bin")]
    for folder in folders:
        yield from _of_folder(folder, None)
    root = tools_dir / UNPACKED
    for folder in root.glob("usr/lib/postgresql/*/bin"):
        yield from _of_folder(folder, root)


def _of_folder(folder: Path, unpacked: Path | None) -> Iterator[PostgresBinaries]:
    if not all((folder / program).exists() for program in _PROGRAMS):
        return
    by_path = re.search(r"/(?:postgresql/|pgsql-)(\d+)/", str(folder))
    major = int(by_path[1]) if by_path else _asked(folder / "pg_dump")
    if major is not None:
        yield PostgresBinaries(folder, major, unpacked)


def _asked(program: Path) -> int | None:
    done = subprocess.run(  # noqa: S603
        [str(program), "--version"], capture_output=True, text=True, check=False, timeout=10
    )
    number = re.search(r"(\d+)", done.stdout)
    return int(number[1]) if number else None


def _run(programs: PostgresBinaries, program: str, url: str, *options: str) -> None:
    """Run a program on a database; the password goes by the environment, where no list shows it."""
    address = sa.make_url(url).set(drivername="postgresql")
    environment = programs.environment()
    if address.password is not None:
        environment["PGPASSWORD"] = str(address.password)
    shown = address._replace(password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603
        [programs.program(program), f"--dbname={shown}", *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().replace("\n", "; ")
        raise Unavailable(f"{program} failed: {said}", f"{program} 运行失败：{said}")
