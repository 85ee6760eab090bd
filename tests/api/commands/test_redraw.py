"""Redrawing on the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from api.commands.redraw import plan
from gis.errors import InputError
from tests.api.services.conftest import COMMUNITY, Town


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, list(arguments), catch_exceptions=False)


def test_a_plan_is_split_merged_completed_and_repaired(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    assert town.community == COMMUNITY
    divided = run("divide", COMMUNITY, "--rules", "gaoxian-2020", "--by", "planner")
    plan_id = divided.stdout.split()[1]
    assert "new grids" in run("split", plan_id, "0", "2", "--by", "planner").output
    highest = run("show", plan_id).stdout.strip().splitlines()[-1].split()[0]
    merged = run("merge", plan_id, "0", highest, "--by", "planner", "--why", "as it was").output
    assert "gone" in merged
    assert "0 units" in run("complete", plan_id, "--by", "planner").output
    repaired = run("repair", plan_id, "--locked", "1,2", "--by", "planner").output
    assert "*   1" in repaired
    assert "households move" in repaired
    shown = run("alternatives", COMMUNITY, "--most", "2", "--by", "planner").output
    assert "Polsby-Popper" in shown
    with pytest.raises(InputError, match="no grid number"):
        run("repair", plan_id, "--locked", "one", "--by", "planner")
