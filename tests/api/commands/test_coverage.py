"""``wangge coverage`` as somebody types it: comparisons and checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from api.services.walking import update
from gis.circles.presets import load_kinds
from tests.api.services.conftest import COMMUNITY, Town
from tests.api.services.test_walking import ORDER, quiet, walked_town

__all__ = ["walked_town"]  # the fixture


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    """Exit code and lines of a command."""
    with pytest.raises(SystemExit) as end:
        main(["coverage", COMMUNITY, *map(str, arguments)])
    return int(end.value.code or 0), capsys.readouterr().out.splitlines()


def test_a_scenario_is_told_kind_by_kind_and_then_its_terms(
    walked_town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(walked_town.engine, ORDER, quiet)
    file = tmp_path / "closed.toml"
    text = 'name = "closed"\n[[changes]]\ndo = "close_facility"\nfacility_id = "F1"\n'
    file.write_text(text, "utf-8")
    code, lines = run(capsys, "--scenario", file)
    assert code == 0
    assert lines[0].startswith("medical, adult 2 min: ")
    assert " -> 0.0% (-" in lines[0]
    assert lines[-1].startswith("On the network. Gates: residents. Walked: usual")
    assert lines[-1].endswith("Households: registered.")


def test_checks_tell_households_by_the_kinds_of_a_preset_they_reach(
    walked_town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    update(walked_town.engine, replace(ORDER, kinds=load_kinds("yuzhong").kinds), quiet)
    code, lines = run(capsys, "--checks", "--station", "medical", "--radius", 200)
    assert code == 0
    assert lines[0] == "yuzhong, 15 minutes, adult: households by kinds reached 1/7: 100.0%"
