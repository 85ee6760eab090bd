"""Damaged files through the real command: a sentence and exit code 2, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.breed import breed
from tests.fuzz.seeds import write_seeds

# one or two of each format, refused ones and loaded ones
NUMBERS = (3, 17, 26, 43, 99, 328)
DIVIDED, REFUSED, IMPOSSIBLE = 0, 2, 3


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_command_ends_with_a_sentence_and_never_a_traceback(
    tmp_path: Path, seeds: dict[str, bytes], number: int
) -> None:
    (tmp_path / "in").mkdir()
    path = breed(number, seeds, tmp_path / "in")
    output = tmp_path / "plan.gpkg"
    command = [sys.executable, "-m", "api.cli", "divide", "--buildings", str(path)]
    done = subprocess.run(
        [*command, "--rules", "gaoxian-2020", "-o", str(output)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "WANGGE_LANG": "en"},
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (DIVIDED, REFUSED, IMPOSSIBLE), done.stderr
    assert output.exists() == (done.returncode == DIVIDED)
    if done.returncode == REFUSED:
        assert path.name in done.stderr
        assert "wangge:" in done.stderr
