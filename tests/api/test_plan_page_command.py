"""``wangge plan page``: the plan as one file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def _run(town_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WANGGE_DATABASE_URL": town_url, "WANGGE_LANG": "en"}
    command = [sys.executable, "-m", "api.cli", "plan", "page", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_command_writes_the_file(town_url: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    done = _run(town_url, "1", "-o", str(file))
    assert done.returncode == 0, done.stderr
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "第三网格" in page


def test_a_plan_that_is_not_there_is_told_without_a_traceback(
    town_url: str, tmp_path: Path
) -> None:
    done = _run(town_url, "99", "-o", str(tmp_path / "plan.html"))
    assert done.returncode == 2
    assert "There is no plan 99" in done.stderr
    assert "Traceback" not in done.stderr
