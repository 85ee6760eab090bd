"""Ctrl-C stops ``wangge divide`` with the best so far; twice, it gives up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from gis.verify import verify_package

SAMPLE = Path(__file__).parents[3] / "sample_geodata" / "yunxi.gpkg"


def started(output: Path, report: Path) -> subprocess.Popen[str]:
    """A run on the sample that has just begun with the first community."""
    files = ["--buildings", f"{SAMPLE}:buildings", "--community", f"{SAMPLE}:areas"]
    options = ["--rules", "gaoxian-2020", "-o", str(output), "--report", str(report)]
    run = subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "divide", *files, *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "WANGGE_LANG": "en"},
    )
    assert run.stderr is not None
    assert any(line.startswith("dividing") for line in run.stderr)
    return run


def test_ctrl_c_writes_the_best_so_far(tmp_path: Path) -> None:
    output, report = tmp_path / "plan.gpkg", tmp_path / "report.json"
    run = started(output, report)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=120)
    assert run.returncode == 130, errors
    assert "Traceback" not in errors
    assert all(finding.holds for finding in verify_package(output))
    told = json.loads(report.read_text("utf-8"))
    assert told["interrupted"]
    divided = [place["area_code"] for place in told["communities"]]
    assert divided
    assert len(divided) + len(told["undivided"]) == 4
    assert told["undivided"]
    assert told["communities"][-1]["certificate"]["interrupted"]


def test_ctrl_c_twice_writes_nothing(tmp_path: Path) -> None:
    output = tmp_path / "plan.gpkg"
    run = started(output, tmp_path / "report.json")
    run.send_signal(signal.SIGINT)
    assert run.stderr is not None
    assert any("Ctrl-C again" in line for line in run.stderr)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=120)
    assert run.returncode not in (0, 130), errors
    assert "Traceback" not in errors
    assert not output.exists()
