"""Packages that the benchmark of division compares with: in a folder of their own, by a lock."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ops.python_packages import StepFailed, Workshop
from ops.stamp import fingerprint, is_current, leave


def bring_rivals(shop: Workshop) -> None:
    """Install ``bench/requirements.lock`` unless it is there; nothing of Wangge depends on it."""
    lock, target = shop.project / "bench/requirements.lock", shop.tools / "bench-packages"
    stamp = target / ".wangge-stamp"
    if is_current(stamp, fingerprint([lock])):
        return
    shutil.rmtree(target, ignore_errors=True)
    shop.install_tool(lock, target)
    leave(stamp, fingerprint([lock]))


if __name__ == "__main__":
    try:
        bring_rivals(Workshop(Path(__file__).resolve().parents[1]))
    except StepFailed as fault:
        sys.exit(f"[set-up] {fault}")
