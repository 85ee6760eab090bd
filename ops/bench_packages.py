"""Packages that the benchmarks compare with: in a folder of their own, by locks."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ops.python_packages import StepFailed, Workshop
from ops.stamp import fingerprint, is_current, leave


def bring_rivals(shop: Workshop) -> None:
    """
    Install ``bench/*.lock`` unless they are there; nothing of Wangge depends on them.

    Of Valhalla only the programs of its wheel are used, which is made for a newer Python. Where
    there is no wheel of it for this machine, that is told and the rest is still there.
    """
    locks = [shop.project / "bench" / name for name in ("requirements.lock", "valhalla.lock")]
    target = shop.tools / "bench-packages"
    stamp = target / ".wangge-stamp"
    if is_current(stamp, fingerprint(locks)):
        return
    shutil.rmtree(target, ignore_errors=True)
    shop.install_tool(locks[0], target)
    try:
        shop.install_tool(locks[1], target, "--python-version", "3.12", "--only-binary", ":all:")
        for program in (target / "valhalla/bin").iterdir():
            program.chmod(0o755)
    except StepFailed as fault:
        print(f"[set-up] Valhalla is left out: {fault}", file=sys.stderr)
    leave(stamp, fingerprint(locks))


def bring_tipg(shop: Workshop) -> None:
    """Install the tile server tipg with all it needs: its FastAPI need not be ours."""
    lock = shop.project / "bench" / "tipg.lock"
    target = shop.tools / "bench-tipg"
    stamp = target / ".wangge-stamp"
    if is_current(stamp, fingerprint([lock])):
        return
    shutil.rmtree(target, ignore_errors=True)
    shop.install_tool(lock, target)
    leave(stamp, fingerprint([lock]))


if __name__ == "__main__":
    try:
        workshop = Workshop(Path(__file__).resolve().parents[1])
        if sys.argv[1:] == ["tipg"]:
            bring_tipg(workshop)
        else:
            bring_rivals(workshop)
    except StepFailed as fault:
        sys.exit(f"[set-up] {fault}")
