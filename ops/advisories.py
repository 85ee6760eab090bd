"""
Known faults of the locked packages, by pip-audit and npm audit: told, never an error.

Where the source of advisories cannot be asked, that is what is told: a build without a network
must not fail, nor look as if it had been found sound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Told:
    """
    What one source says.

    Attributes
    ----------
    audited
        How many packages it knows; None: it did not answer.
    faults
        A line for each known fault.
    """

    audited: int | None
    faults: tuple[str, ...] = ()


def of_python(answer: str) -> Told:
    """
    Read what ``pip-audit --format json`` says; packages it was refused are not audited.

    >>> of_python('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}')
    Told(audited=1, faults=())
    """
    packages = json.loads(answer)["dependencies"]
    known = [one for one in packages if "vulns" in one]
    faults = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault.get('fix_versions') or ['no version yet'])}"
        for one in known
        for fault in one["vulns"]
    ]
    return Told(len(known) or None, tuple(faults))


def of_npm(answer: str) -> Told:
    """
    Read what ``npm audit --json`` says.

    >>> of_npm('{"error": {"summary": "audit endpoint returned an error"}}')
    Told(audited=None, faults=())
    """
    document = json.loads(answer)
    if "vulnerabilities" not in document:
        return Told(None)
    faults = [
        f"{name}: {one['severity']}, {one.get('range', '')}"
        for name, one in document["vulnerabilities"].items()
    ]
    return Told(int(document["metadata"]["dependencies"]["total"]), tuple(faults))


def main(project: Path, patience_s: float = PATIENCE_S) -> int:
    """Ask both sources at once and print what they say; always 0."""
    lock = str(project / "requirements.lock")
    pip_audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    pip_audit += ["--requirement", lock, "--format", "json", "--progress-spinner", "off"]
    pip_audit += ["--timeout", "5"]
    npm = ["npm", "audit", "--json", "--fetch-retries=0", "--fetch-timeout=10000"]
    with ThreadPoolExecutor(2) as both:
        python = both.submit(_answer, pip_audit, project, patience_s)
        web = both.submit(_answer, npm, project / "maps/web", patience_s)
        print(_line("pip-audit", _read(of_python, python.result())))
        print(_line("npm audit", _read(of_npm, web.result())))
    return 0


def _answer(command: Sequence[str], folder: Path, patience_s: float) -> str:
    environment: Mapping[str, str] = {**os.environ, "NO_COLOR": "1"}
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_s,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _read(reader: Callable[[str], Told], answer: str) -> Told:
    try:
        return reader(answer)
    except (ValueError, KeyError, TypeError):
        return Told(None)


def _line(name: str, told: Told) -> str:
    if told.audited is None:
        return f"{name}: NOT AUDITED, the source of advisories did not answer"
    lines = [f"{name}: {len(told.faults)} known faults in {told.audited} packages"]
    return "\n  ".join([*lines, *told.faults])


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parents[1], *map(float, sys.argv[1:])))
