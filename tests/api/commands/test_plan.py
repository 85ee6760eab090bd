"""The road of a plan on the command line, as an operator walks it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from api.commands.plan import plan
from api.language import language
from gis.errors import Conflict
from gis.io.write import write_layer
from tests.api.services.conftest import COMMUNITY, Town, fill_town, half_grids


@pytest.fixture
def town(database_url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A community in the database that the commands use."""
    fill_town(engine)
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    return Town(engine)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, list(arguments), catch_exceptions=False)


def first_plan(text: str) -> str:
    return text.split()[1]


def test_a_community_is_divided_published_and_handed_over(town: Town, tmp_path: Path) -> None:
    assert town.community == COMMUNITY
    divided = run("divide", COMMUNITY, "--rules", "gaoxian-2020", "--by", "planner")
    plan_id = first_plan(divided.output)
    assert "720 households" in divided.output
    assert "0 problems" in divided.output
    assert COMMUNITY in run("list").output
    shown = json.loads(run("show", plan_id, "--json").output)
    assert sum(grid["households"] for grid in shown["grids"]) == 720
    assert "new" in run("publish", plan_id, "--by", "planner").output
    book = tmp_path / "handover.xlsx"
    run("handover", plan_id, "-o", str(book))
    sheet = openpyxl.load_workbook(book)["handover"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 24
    assert all(str(row[6]).startswith(COMMUNITY) for row in rows[1:])
    page = tmp_path / "plan.html"
    run("page", plan_id, "-o", str(page))
    assert "<html" in page.read_text(encoding="utf-8")


def test_standing_grids_are_adopted_from_a_file(town: Town, tmp_path: Path) -> None:
    assert town.community == COMMUNITY
    file = tmp_path / "standing.geojson"
    write_layer(half_grids(), file, layer="grids")
    adopted = run("adopt", COMMUNITY, "--grids", str(file), "--by", "planner")
    plan_id = first_plan(adopted.output)
    assert "of its cap" in adopted.output
    with pytest.raises(Conflict, match="signed reason"):
        run("publish", plan_id, "--by", "planner")
    done = run("publish", plan_id, "--by", "planner", "--reason", "as it stands")
    assert "2 new" in done.output


def test_the_handover_of_a_draft_is_refused_in_words(town: Town) -> None:
    divided = run("divide", town.community, "--by", "planner")
    with pytest.raises(Conflict) as refused:
        run("handover", first_plan(divided.output))
    assert "not published" in refused.value.message(language())
