"""The importer on the command line: what it says while it works and when nothing is to be done."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from api.commands.importing import import_group
from api.commands.progress import LINE_EVERY_S, Lines
from api.services.import_progress import Progress
from gis.io.write import write_layer
from gis.store.layers import read_layer
from tests.api.services.conftest import Town


@pytest.fixture
def buildings(town: Town, tmp_path: Path) -> Path:
    """The buildings of the community as a file, one of them without a count."""
    with town.engine.connect() as connection:
        frame = read_layer(connection, "buildings")
    frame["households"] = frame["households"].astype(object).where(frame.index != 3, "许多")
    shown = gpd.GeoDataFrame(frame[["building_id", "households"]], geometry=frame.geometry)
    return write_layer(shown, tmp_path / "b.geojson", layer="buildings")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(import_group, list(arguments), catch_exceptions=False)


def test_results_go_to_stdout_and_progress_in_plain_lines_to_stderr(buildings: Path) -> None:
    done = run("buildings", str(buildings))
    assert done.stdout == (
        "b.geojson buildings: 24 rows, 0 added, 23 changed, 0 unchanged, 0 gone, 1 wait. Run 1.\n"
    )
    assert "b.geojson buildings: reading" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_retry_with_nothing_waiting_says_so(
    buildings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("buildings", str(buildings))
    run("drop", "1")
    told = run("retry", "1")
    assert told.exit_code == 0
    assert told.output.startswith("No row of run 1 (b.geojson, buildings) waits")
    assert "`wangge import runs`" in told.output
    assert "0 rows" not in told.output
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "没有待处理的行" in run("retry", "1").output


def test_a_list_of_no_runs_says_so(buildings: Path) -> None:
    assert "no imports yet" in run("runs", "--all").stderr
    run("buildings", str(buildings))
    assert "1 wait" in run("runs").stdout
    run("drop", "1")
    none = run("runs")
    assert (none.stdout, none.stderr) == ("", "no rows wait\n")


def test_a_retry_that_cannot_help_says_what_would(buildings: Path) -> None:
    run("buildings", str(buildings))
    assert "`wangge import retry 1 FILE`" in run("retry", "1").stderr


def test_faults_name_the_column_in_chinese(
    buildings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "第 4 行 户数：" in run("buildings", str(buildings)).stderr
    assert "第 4 行 户数：" in run("show", "1").stdout


def test_a_terminal_gets_a_bar_over_the_rows(town: Town, buildings: Path) -> None:
    assert town.engine is not None
    master, slave = pty.openpty()
    importer = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "import", "buildings", str(buildings)],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
    )
    os.close(slave)
    shown = b""
    with importer, os.fdopen(master, "rb", 0) as terminal:
        try:
            while part := terminal.read(65_536):
                shown += part
        except OSError:  # Linux says EIO when the other side of a terminal is gone
            pass
        assert importer.stdout is not None
        assert b"23 changed" in importer.stdout.read()
    assert "━".encode() in shown
    assert b"23 rows stored" in shown


def test_a_long_import_tells_a_line_now_and_then() -> None:
    lines: list[str] = []
    times = iter([0.0, 1.0, LINE_EVERY_S, LINE_EVERY_S + 1])
    tell = Lines(lines.append, clock=lambda: next(times))
    for rows in (0, 10_000, 20_000, 30_000):
        tell(Progress("楼栋.zip", "buildings", "storing", rows, 40_000))
    assert len(lines) == 2
    assert "20,000" in lines[1]
    assert "40,000" in lines[1]


def test_the_history_of_a_building_is_told(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.engine.connect() as connection:
        every = read_layer(connection, "buildings")
    for frame in (every.iloc[1:], every):
        path = write_layer(frame, tmp_path / f"{len(frame)}.gpkg", layer="buildings")
        run("buildings", str(path), "--retire-missing")
    code = every["building_id"].iloc[0]
    told = run("history", "buildings", code).stdout
    assert told.startswith("retired ")
    assert told.endswith(" (run 2)\n")
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "恢复（批次 2）" in run("history", "buildings", code).stdout
    assert "从未停用" in run("history", "buildings", every["building_id"].iloc[1]).stdout
