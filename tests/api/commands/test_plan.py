"""The road of a plan on the command line, as an operator walks it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from api.commands.plan import plan
from api.language import language
from api.today import today
from gis.errors import Conflict
from gis.io.write import write_layer
from tests.api.services.conftest import COMMUNITY, Town, half_grids


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, list(arguments), catch_exceptions=False)


def first_plan(text: str) -> str:
    return text.split()[1]


def test_a_community_is_divided_published_and_handed_over(town: Town, tmp_path: Path) -> None:
    assert town.community == COMMUNITY
    divided = run("divide", COMMUNITY, "--rules", "gaoxian-2020", "--by", "planner")
    plan_id = first_plan(divided.stdout)
    assert "720 registered households" in divided.output
    assert "0 problems" in divided.output
    assert COMMUNITY in run("list").output
    assert "load, registered households, name" in run("show", plan_id).output
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
    plan_id = first_plan(adopted.stdout)
    assert "of its cap" in adopted.output
    with pytest.raises(Conflict, match="signed reason"):
        run("publish", plan_id, "--by", "planner")
    done = run("publish", plan_id, "--by", "planner", "--reason", "as it stands")
    assert "2 new" in done.output


def test_the_grids_of_a_draft_are_written_drawn_anew_and_taken_in(
    town: Town, tmp_path: Path
) -> None:
    plan_id = first_plan(run("divide", town.community, "--by", "planner").stdout)
    out = tmp_path / "grids.gpkg"
    assert "grids written" in run("grids", plan_id, "-o", str(out), "--crs", "gcj02").output
    same = run("drawn", plan_id, str(out), "--crs", "gcj02", "--by", "planner").output
    assert "hold 24 of 24 units; 0 move, 0 new grids; nothing stored" in same
    file = tmp_path / "halves.geojson"
    write_layer(half_grids(), file, layer="grids")
    tried = run("drawn", plan_id, str(file), "--dry-run", "--by", "planner").output
    assert "2 polygons hold 24 of 24 units" in tried
    assert "nothing stored" in tried
    assert "Row 2 is not called anything" in tried
    done = run("drawn", plan_id, str(file), "--why", "as sketched", "--by", "planner").output
    assert "; #2" in done
    shown = json.loads(run("show", plan_id, "--json").output)
    households = {g["name"]: g["households"] for g in shown["grids"] if g["households"]}
    assert households["西片"] == 360
    assert len(households) == 2


def test_the_handover_of_a_draft_is_refused_in_words(town: Town) -> None:
    divided = run("divide", town.community, "--by", "planner")
    with pytest.raises(Conflict) as refused:
        run("handover", first_plan(divided.stdout))
    assert "not published" in refused.value.message(language())


def test_chinese_figures_name_their_households(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    told = run("divide", town.community, "--by", "规划员").stdout
    assert "720 户（户籍户）" in told
    assert "草稿" in told
    shown = run("show", first_plan(told)).output
    assert "负荷、户籍户、名称" in shown


def test_a_publication_is_withdrawn_before_its_day(town: Town) -> None:
    plan_id = first_plan(run("divide", town.community, "--by", "planner").stdout)
    day = str(today() + timedelta(days=1))
    run("publish", plan_id, "--from", day)
    said = run("withdraw", plan_id, "--reason", "wrong day").output
    assert f"no longer takes effect on {day}" in said
    assert "no plan stands then" in said
    with pytest.raises(Conflict, match="nothing to withdraw"):
        run("withdraw", plan_id)


def test_grids_adopted_after_a_publication_are_said_to_be_a_redraw(
    town: Town, tmp_path: Path
) -> None:
    plan_id = first_plan(run("divide", town.community, "--by", "planner").stdout)
    run("publish", plan_id)
    file = tmp_path / "redraw.geojson"
    write_layer(half_grids(), file, layer="grids")
    assert "this is a redraw" in run("adopt", town.community, "--grids", str(file)).output
