"""PostgreSQL with PostGIS, and for the tests Chromium and a Chinese font: found or brought."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gis.errors import Unavailable
from gis.store.postgres_binaries import (
    UNPACKED,
    find_postgres,
    installed_folders,
    library_folders,
    postgres_major,
)
from ops import chromium, debian
from ops.packages import Decision, Facts, advice, decide, newest_with_postgis, package_names
from ops.python_packages import StepFailed


def system_decision(tools: Path, *, tests: bool) -> Decision:
    """Look at the machine and decide what it lacks."""
    return decide(system_facts(tools), tests=tests)


def bring_packages(tools: Path, decision: Decision) -> None:
    """
    Install or unpack what the decision names.

    Raises
    ------
    StepFailed
        It cannot be done here; the message holds the command for this system.
    """
    if decision.road == "tell":
        raise StepFailed(advice(decision, distribution()))
    try:
        if decision.road == "install":
            _install(decision)
        else:
            _unpack(tools, decision)
    except (debian.AptFailed, OSError) as fault:
        raise StepFailed(f"{fault}\n{advice(decision, distribution())}") from fault


def system_facts(tools: Path) -> Facts:
    """Look at the machine; nothing is changed."""
    return Facts(
        postgis=_has_postgis(tools),
        server_major=_installed_major(),
        chromium=chromium.find_chromium(tools) is not None,
        chinese_font=chromium.has_chinese_font(tools),
        apt=all(shutil.which(program) for program in ("apt-get", "apt-cache", "dpkg-deb")),
        distribution=distribution(),
        may_install=become_root() is not None,
        external_database=bool(os.environ.get("WANGGE_DATABASE_URL")),
    )


def become_root() -> list[str] | None:
    """
    Words to put before a command that needs root; None when we cannot be root.

    sudo is asked without a password first; at a terminal it may ask the user. With
    WANGGE_SUDO=no it is left alone.
    """
    if os.geteuid() == 0:
        return []
    if os.environ.get("WANGGE_SUDO") == "no" or shutil.which("sudo") is None:
        return None
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    if silent.returncode == 0:
        return ["sudo", "-n"]
    may = subprocess.run(["id", "-nG"], capture_output=True, text=True, check=False).stdout.split()
    if sys.stdin.isatty() and {"sudo", "wheel", "admin"} & set(may):
        return ["sudo"]
    return None


def distribution() -> str:
    """ID of this system, such as debian or ubuntu; of its parent where that is Debian or Ubuntu."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return ""
    known = dict(line.split("=", 1) for line in lines if "=" in line)
    own, like = (known.get(key, "").strip('"') for key in ("ID", "ID_LIKE"))
    return next((i for i in [own, *like.split()] if i in ("ubuntu", "debian")), own)


def _has_postgis(tools: Path) -> bool:
    try:
        find_postgres(tools)
    except Unavailable:
        return False
    return True


def _installed_major() -> int | None:
    majors = [postgres_major(folder / "postgres") for folder in installed_folders()]
    return max((major for major in majors if major is not None), default=None)


def _names(decision: Decision, options: list[str]) -> list[str]:
    """Names of the packages; empty when the lists of apt know no PostGIS."""
    major = None
    if decision.postgis:
        known = debian.known_packages("postgresql-", options)
        installed = _installed_major()
        fits = f"postgresql-{installed}-postgis-3" in known
        major = installed if fits else newest_with_postgis(known)
        if major is None:
            return []
    return package_names(decision, major)


def _install(decision: Decision) -> None:
    root = become_root() or []
    names = _names(decision, [])
    if names:
        try:
            debian.install(root, names)
        except debian.AptFailed:  # most often because the lists are older than the archive
            names = []
    if not names:
        debian.update(root)
        debian.install(root, _found_names(decision, []))


def _unpack(tools: Path, decision: Decision) -> None:
    options = debian.private_lists(tools / "apt")
    debian.update([], options)
    if decision.postgis:
        names = _found_names(Decision("unpack", postgis=True), options)
        debian.unpack(names, tools / UNPACKED, options)
    if decision.chromium or decision.font:
        wanted = Decision("unpack", chromium=decision.chromium, font=decision.font)
        debian.unpack(package_names(wanted, None), tools / chromium.UNPACKED, options)
        if decision.chromium:
            root = tools / chromium.UNPACKED
            chromium.write_starter(root, library_folders(root))
    shutil.rmtree(tools / "apt")


def _found_names(decision: Decision, options: list[str]) -> list[str]:
    names = _names(decision, options)
    if not names:
        raise debian.AptFailed("apt knows no package postgresql-NN-postgis-3")
    return names
