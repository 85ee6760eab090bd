"""Stamps that let a step be skipped while its inputs are what they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """Hash of the contents of files and of further facts; a missing file counts as empty."""
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes() if file.exists() else b""
        total.update(hashlib.sha256(content).digest())
    for fact in facts:
        total.update(hashlib.sha256(fact.encode()).digest())
    return total.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Tell whether the step that leaves this stamp was finished with these inputs."""
    return stamp.exists() and stamp.read_text().strip() == value


def leave(stamp: Path, value: str) -> None:
    """Leave the stamp, in one move; the last thing a step does."""
    new = stamp.with_name(stamp.name + ".new")
    new.write_text(value + "\n")
    new.replace(stamp)
