"""``wangge compare`` as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import main
from api.services.walking import update
from tests.api.services.conftest import COMMUNITY, Town
from tests.api.services.test_walking import ORDER, quiet, walked_town

__all__ = ["walked_town"]  # the fixture

CLOSED = 'name = "no station"\n[[changes]]\ndo = "close_facility"\nfacility_id = "F1"\n'


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as end:
        main(["compare", COMMUNITY, *map(str, arguments)])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Close the only medical station."""
    path = tmp_path / "closed.toml"
    path.write_text(CLOSED, "utf-8")
    return path


def test_a_scenario_is_told_kind_by_kind_with_its_terms(
    walked_town: Town, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(walked_town.engine, ORDER, quiet)
    code, out, _ = run(capsys, "--scenario", scenario)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"community {COMMUNITY}: today -> no station"
    assert lines[1].startswith("  medical · adult · 2′: ")
    assert " -> 0 (0.0%)  -" in lines[1]
    assert lines[-2] == "gates: residents"
    assert not any("canteen" in line for line in lines)


def test_the_same_as_json(
    walked_town: Town, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(walked_town.engine, ORDER, quiet)
    _, out, _ = run(capsys, "--scenario", scenario, "--json", "--counted", "buildings")
    told = json.loads(out)
    medical = [row for row in told["figures"] if row["kind"] == "medical"]
    assert {row["counted"] for row in told["figures"]} == {"buildings"}
    assert all(row["reached_change"] == -row["reached_before"] < 0 for row in medical)


def test_two_days_of_which_nothing_changed(
    walked_town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    update(walked_town.engine, ORDER, quiet)
    code, out, _ = run(capsys, "--from", "9998-01-01")
    assert (code, "Nothing changes." in out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--scenario", "a.toml", "--from", "2026-05-01"), ("--from", "May")],
)
def test_what_cannot_be_compared_is_refused(
    town: Town, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert town
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "--scenario" in err or "May" in err


def test_a_missing_scenario_is_named(
    walked_town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    update(walked_town.engine, ORDER, quiet)
    code, _, err = run(capsys, "--scenario", tmp_path / "nowhere.toml")
    assert (code, "nowhere.toml" in err) == (2, True)
