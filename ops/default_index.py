"""The index that pip uses when it is told nothing: pip knows it, so pip is asked."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

from ops import debian
from ops.pip_settings import PipSettings

UNPACKED = "pip"
_ASK = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


def with_index(settings: PipSettings, tools: Path) -> PipSettings:
    """
    Return settings that name an index.

    A fresh Debian has neither pip nor ensurepip; pip's wheel is then unpacked from Debian's
    package below `tools`, nothing is installed.

    Raises
    ------
    AptFailed
        There is no pip to ask and none can be brought.
    """
    if settings.index_url or settings.no_index:
        return settings
    found = _known(tools)
    if found is None:
        _bring_pip(tools)
        found = _known(tools)
    if found is None:
        raise debian.AptFailed("no pip knows its package index: set PIP_INDEX_URL")
    return replace(settings, index_url=found)


def index_of(wheel: Path | None) -> str | None:
    """Ask a wheel of pip, or the pip of this Python; None when it is not there or silent."""
    environment = os.environ | ({"PYTHONPATH": str(wheel)} if wheel else {})
    command = [sys.executable, "-c", _ASK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip().rstrip("/") or None


def _known(tools: Path) -> str | None:
    asked = (index_of(wheel) for wheel in (None, *_wheels(tools)))
    return next((index for index in asked if index), None)


def _wheels(tools: Path) -> list[Path]:
    """Wheels of pip on this machine: of ensurepip, of Debian, and unpacked by us."""
    shared = Path("usr/share/python-wheels")
    folders = [tools / UNPACKED / shared, Path("/") / shared]
    if sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(sysconfig.get_config_var("WHEEL_PKG_DIR")))
    spec = importlib.util.find_spec("ensurepip")
    if spec is not None and spec.origin is not None:
        folders.append(Path(spec.origin).parent / "_bundled")
    return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]


def _bring_pip(tools: Path) -> None:
    # Lists of our own: apt's are locked while the system's packages are installed beside us.
    options = debian.private_lists(tools / "apt-pip")
    debian.update([], options)
    debian.unpack(["python3-pip-whl"], tools / UNPACKED, options)
    shutil.rmtree(tools / "apt-pip")
