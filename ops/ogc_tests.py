"""Tests of OGC API Features from PyPI, `ogctests`: in a folder of their own, by a lock."""

from __future__ import annotations

import shutil
from pathlib import Path

from ops.python_packages import Workshop
from ops.stamp import fingerprint, is_current, leave


def ogc_tests_folder(shop: Workshop) -> Path:
    """Where the package lies, with the older httpx that it needs."""
    return shop.tools / "ogctests"


def ogc_tests_are_current(shop: Workshop) -> bool:
    """Tell whether what the lock names is there."""
    return is_current(_stamp(shop), fingerprint([_lock(shop)]))


def install_ogc_tests(shop: Workshop) -> None:
    """Install the package; beside Wangge's own it cannot stand, because it asks for older ones."""
    target = ogc_tests_folder(shop)
    shutil.rmtree(target, ignore_errors=True)
    shop.install_tool(_lock(shop), target)
    leave(_stamp(shop), fingerprint([_lock(shop)]))


def _lock(shop: Workshop) -> Path:
    return shop.project / "tests/ogctests.lock"


def _stamp(shop: Workshop) -> Path:
    return ogc_tests_folder(shop) / ".wangge-stamp"
