"""
The set-up: from a fresh machine to `.venv/bin/wangge`.

    python3 -m ops.bootstrap [--tests]

Only the standard library is used. Every step is skipped while its inputs are what
they were, so a second run takes a moment and needs no network. What can go side by
side does: the system's packages, Python's, and the front end's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Run the set-up; the exit code is 1 when a step failed."""
    if sys.version_info < OLDEST_PYTHON:
        _say(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. 需要 Python 3.11。"
        )
        return 1
    begun = time.monotonic()
    steps = _missing_steps(tests="--tests" in arguments)
    if not _run(steps):
        return 1
    if steps:
        _say(f"ready in {time.monotonic() - begun:.0f} s")
    return 0


def _missing_steps(*, tests: bool) -> dict[str, Callable[[], None]]:
    from ops.ogc_tests import install_ogc_tests, ogc_tests_are_current
    from ops.python_packages import Workshop
    from ops.system_packages import bring_packages, system_decision
    from ops.web_packages import install_web_packages, web_packages_are_current

    shop = Workshop(Path(__file__).resolve().parents[1])
    decision = system_decision(shop.tools, tests=tests)
    steps: dict[str, Callable[[], None]] = {}
    if decision.road != "nothing":
        steps["system packages"] = lambda: bring_packages(shop.tools, decision)
    if not shop.packages_are_current():
        steps["Python packages"] = shop.install_packages
    if not web_packages_are_current(shop.project):
        steps["front-end packages"] = lambda: install_web_packages(shop)
    if tests and not ogc_tests_are_current(shop):
        steps["OGC tests"] = lambda: install_ogc_tests(shop)
    return steps


def _run(steps: dict[str, Callable[[], None]]) -> bool:
    """Run the steps side by side and tell of each; every step is tried, True when all went well."""
    with ThreadPoolExecutor(max_workers=len(steps) or 1) as pool:
        done = [pool.submit(_step, name, work) for name, work in steps.items()]
    return all(step.result() for step in done)


def _step(name: str, work: Callable[[], None]) -> bool:
    from ops.python_packages import StepFailed

    begun = time.monotonic()
    _say(f"{name} ...")
    try:
        work()
    except (StepFailed, OSError) as fault:
        _say(f"{name} failed:\n{fault}")
        return False
    _say(f"{name}: {time.monotonic() - begun:.1f} s")
    return True


def _say(text: str) -> None:
    print(f"[set-up] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
