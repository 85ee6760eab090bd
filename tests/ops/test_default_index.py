"""Where nothing is set, the index is the one that pip itself knows."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ops.default_index import UNPACKED, index_of, with_index
from ops.pip_settings import PipSettings


def wheel_of_pip(folder: Path, index: str) -> Path:
    """Make a wheel that says what pip would say."""
    folder.mkdir(parents=True)
    wheel = folder / "pip-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for package in ("pip", "pip/_internal", "pip/_internal/models"):
            archive.writestr(f"{package}/__init__.py", "")
        text = f"class PyPI:\n    simple_url = {index!r}\n"
        archive.writestr("pip/_internal/models/index.py", text)
    return wheel


def test_a_wheel_of_pip_is_asked(tmp_path: Path) -> None:
    wheel = wheel_of_pip(tmp_path / "wheels", "https://index.example/simple/")
    assert index_of(wheel) == "https://index.example/simple"


def test_a_file_that_is_no_pip_is_silent(tmp_path: Path) -> None:
    damaged = tmp_path / "pip-1-py3-none-any.whl"
    damaged.write_bytes(b"no zip")
    assert index_of(damaged) in (None, index_of(None))


def test_a_pip_that_was_unpacked_is_found(tmp_path: Path) -> None:
    wheel_of_pip(tmp_path / UNPACKED / "usr/share/python-wheels", "https://index.example/simple")
    found = with_index(PipSettings(), tmp_path).index_url
    assert found == (index_of(None) or "https://index.example/simple")


def test_an_index_that_is_named_or_forbidden_stands(tmp_path: Path) -> None:
    named = PipSettings(index_url="https://mirror.example/simple")
    assert with_index(named, tmp_path) == named
    forbidden = PipSettings(no_index=True)
    assert with_index(forbidden, tmp_path) == forbidden
