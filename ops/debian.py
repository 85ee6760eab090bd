"""Packages of Debian and Ubuntu: installed as root, or unpacked into the project without root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}

# Debian's PostgreSQL makes and starts a cluster on port 5432 when it is installed. That would
# change the system, so it is told not to, for as long as the installation takes.
_INSTALL = """
set -e
folder=/etc/postgresql-common/createcluster.d
mkdir -p "$folder"
trap 'rm -f "$folder/wangge.conf"; rmdir --ignore-fail-on-non-empty "$folder" || true' EXIT
trap 'exit 130' INT TERM HUP
echo 'create_main_cluster = false' > "$folder/wangge.conf"
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
"""

# Only their installation scripts are in Perl, and unpacked packages run none.
_NOT_UNPACKED = ("perl", "libperl", "postgresql-common", "ssl-cert", "ucf", "debconf", "locales")


class AptFailed(Exception):
    """apt or dpkg failed; the message is what it said last."""


def known_packages(prefix: str, options: Sequence[str] = ()) -> list[str]:
    """Names of the packages that apt knows, installed or not."""
    done = _run(["apt-cache", *options, "pkgnames", prefix], check=False)
    return done.stdout.split()


def update(root: Sequence[str], options: Sequence[str] = ()) -> None:
    """Fetch the lists of packages."""
    _run([*root, "apt-get", "-q", *options, "-o", "DPkg::Lock::Timeout=300", "update"])


def install(root: Sequence[str], names: Sequence[str]) -> None:
    """Install packages without what they recommend and without a new cluster."""
    environment = [f"{name}={value}" for name, value in _QUIET.items()]
    _run([*root, "env", *environment, "sh", "-c", _INSTALL, "install", *names])


def private_lists(folder: Path) -> list[str]:
    """Options that keep apt's lists in a folder of our own, for who may not write the system's."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    lists, cache = f"Dir::State::Lists={folder / 'lists'}", f"Dir::Cache={folder / 'cache'}"
    return ["-o", lists, "-o", cache, "-o", "Debug::NoLocking=1"]


def unpack(names: Sequence[str], target: Path, options: Sequence[str]) -> None:
    """
    Unpack packages, and all they need that is not installed, below `target`.

    `target` appears only when it is whole: a kill in the middle leaves nothing that
    could be taken for a finished one.
    """
    half = target.with_name(target.name + ".unfinished")
    shutil.rmtree(half, ignore_errors=True)
    debs = half / "debs"
    debs.mkdir(parents=True)
    simulate = ["-s", "-q", "--no-install-recommends", "-o", "Debug::NoLocking=1"]
    plan = _run(["apt-get", *options, *simulate, "install", *names]).stdout
    _run(["apt-get", "-q", *options, "download", *wanted_packages(plan)], cwd=debs)
    for deb in sorted(debs.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(deb), str(half)])
    shutil.rmtree(debs)
    link_extensions(half)
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)


def wanted_packages(plan: str) -> list[str]:
    """Names of the packages to unpack, from what `apt-get -s install` says."""
    lines = (line.split() for line in plan.splitlines() if line.startswith("Inst "))
    return [words[1] for words in lines if not words[1].startswith(_NOT_UNPACKED)]


def link_extensions(root: Path) -> None:
    """Make the links to PostGIS's control files that an installation would have made."""
    for control in root.glob("usr/share/postgresql/*/extension/postgis*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():
            plain.symlink_to(control.name)


def _run(
    command: Sequence[str], *, cwd: Path | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | _QUIET,
        stdin=None if "sudo" in command[:1] else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise AptFailed("\n".join(said[-8:]))
    return done
