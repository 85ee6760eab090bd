"""The document that the planner's page works on."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.schemas.editor import EditorDocument
from api.services.histories import stacks
from gis.borders import dissolve
from gis.partition.rules import rules_from_document
from gis.problems import Problem, plan_problems
from gis.store.edits import EditHead
from gis.store.engine import open_engine
from gis.store.grounds import load_ground
from gis.store.plans import read_plan
from tests.node.run import run_node


@pytest.fixture(scope="module")
def document(planner: TestClient) -> dict[str, Any]:
    """Document of the draft of the small town."""
    answer = planner.get("/api/v1/plans/2/editor")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


def test_the_document_is_what_the_openapi_document_says(document: dict[str, Any]) -> None:
    assert EditorDocument.model_validate(document, strict=True)
    assert document["plan"]["may_draw"] is True
    assert document["plan"]["me"] == "operator"
    assert document["rules"]["capacity"] == 150
    assert document["assignment"].count(-1) == 1
    assert not any(document["grids"]["removed"])


def test_columns_are_as_long_as_there_are_units_and_borders(document: dict[str, Any]) -> None:
    units, borders = document["units"], document["borders"]
    count = len(document["assignment"])
    assert count == 96
    assert {len(units[c]) for c in units if c != "estimated"} == {count}
    assert {len(borders[c]) for c in ("left", "right", "length_cm", "runs_along")} == {
        len(borders["points"])
    }
    assert sum(borders["points"]) == len(borders["dx"]) == len(borders["dy"])
    assert sum(units["households"]) == 528
    assert [document["courtyards"]["name"][c] for c in units["courtyard"][:1]] == ["锦绣苑"]


def test_the_lines_are_those_of_the_ground_to_a_centimetre(
    document: dict[str, Any], town_url: str
) -> None:
    scale, borders = document["scale"], document["borders"]
    lon = scale["west"] + np.cumsum(borders["dx"]) * scale["step"]
    lat = scale["south"] + np.cumsum(borders["dy"]) * scale["step"]
    ends = [0, *np.cumsum(borders["points"]).tolist()]
    told = [np.column_stack([lon[a:b], lat[a:b]]) for a, b in pairwise(ends)]
    engine = open_engine(town_url)
    with engine.connect() as connection:
        stored = connection.execute(
            sa.text(
                "SELECT ST_AsBinary(geom) FROM border JOIN plan USING (ground_id) "
                "WHERE plan.id = 2 ORDER BY border_no"
            )
        ).scalars()
        for line, wkb in zip(told, stored, strict=True):
            assert np.allclose(line, shapely.from_wkb(bytes(wkb)).coords, rtol=0, atol=6e-8)
    engine.dispose()


def test_who_may_not_see_drafts_is_given_nothing(client: TestClient) -> None:
    assert client.get("/api/v1/plans/2/editor").status_code == 403
    assert client.get("/api/v1/plans/1/editor").status_code == 403


def test_the_page_judges_a_drawing_as_the_service_does(
    document: dict[str, Any], town_url: str, tmp_path: Path
) -> None:
    """Random assignments; and in the same run of node the page's own laws on made-up towns."""
    rng = np.random.default_rng(7)
    drawn = [rng.integers(-1, 4, 96), np.arange(96) // 24, rng.integers(0, 2, 96)]
    given = tmp_path / "given.json"
    grids = {"no": [0, 1, 2, 3], "name": list("甲乙丙丁"), "kind": ["base"] * 4}
    four = {**grids, "locked": [False] * 4, "removed": [False] * 4, "code": [None] * 4}
    documents = [{**document, "grids": four, "assignment": a.tolist()} for a in drawn]
    made = [_history(rng) for _ in range(6)]
    histories = [edits for edits, _ in made]
    given.write_text(
        json.dumps({"seeds": [3, 14, 159], "documents": documents, "histories": histories})
    )
    told = run_node("editor.mjs", given)
    assert told["checked"] > 3000
    # What undo and redo are about is folded alike on both sides, on whatever ground.
    assert told["tops"] == [tops for _, tops in made]
    engine = open_engine(town_url)
    with engine.connect() as connection:
        plan = read_plan(connection, 2)
        ground, rules = load_ground(connection, plan.ground_id), rules_from_document(plan.rules)
    engine.dispose()
    for labels, judged in zip(drawn, told["judgements"], strict=True):
        shapes = dissolve(ground, labels.astype(np.int32)).geometry
        wanted = [
            (p.kind, -1 if p.kind == "unassigned" else p.grid_no, _courtyard(p))
            for p in plan_problems(ground, labels, rules)
        ]
        assert sorted(map(tuple, judged["problems"]), key=str) == sorted(wanted, key=str)
        for grid in judged["grids"]:
            its = ground.units[labels == grid["no"]]
            assert grid["households"] == its["households"].sum()
            assert grid["share"] == pytest.approx(its["households"].sum() / 150)
            if len(its):
                shape = shapes[grid["no"]]
                # The page measures with one scale for the whole community.
                assert grid["area_m2"] == pytest.approx(shape.area, rel=2e-3)
                assert grid["around_m"] == pytest.approx(shape.length, rel=1e-3)


_ACTS = [*["stroke"] * 4, "stairwells", *["undo"] * 4, "redo", "redo"]


def _history(rng: np.random.Generator) -> tuple[list[dict[str, Any]], list[list[int | None]]]:
    """
    Two planners stroke, divide a building (which changes the ground), undo and redo.

    Returns the edits as the page reads them, and what undo and redo are about after each.
    """
    heads = [EditHead(seq=1, made_by="a", action="divide", undoes=None)]
    ground, last, tops = 1, 1, [_tops(heads)]
    for seq in range(2, 42):
        who, act = str(rng.choice(["a", "b"])), str(rng.choice(_ACTS))
        stack = stacks(heads, who).done if act == "undo" else stacks(heads, who).undone
        undone = stack[-1] if stack and act in ("undo", "redo") else None
        if act in ("undo", "redo") and undone is None:
            act = "stroke"
        moved = act == "stairwells" or (undone is not None and undone.ground is not None)
        to = last + 1 if undone is None else undone.ground_was
        heads.append(
            EditHead(
                seq=seq,
                made_by=who,
                action=act,
                undoes=None if undone is None else undone.seq,
                ground=to if moved else None,
                ground_was=ground if moved else None,
            )
        )
        ground, last = (int(to or 0), max(last, int(to or 0))) if moved else (ground, last)
        tops.append(_tops(heads))
    return [_as_read(head) for head in heads], tops


def _tops(heads: list[EditHead]) -> list[int | None]:
    found = [stacks(heads, who) for who in ("a", "b")]
    both = [stack for known in found for stack in (known.done, known.undone)]
    return [stack[-1].seq if stack else None for stack in both]


def _as_read(head: EditHead) -> dict[str, Any]:
    grounds = {"ground": head.ground, "ground_was": head.ground_was}
    return {
        "seq": head.seq,
        "by": head.made_by,
        "action": head.action,
        "undoes": head.undoes,
        "moves": [],
        "changes": [],
        "detail": {k: v for k, v in grounds.items() if v is not None},
    }


def _courtyard(problem: Problem) -> str | None:
    return problem.units[0] if problem.kind == "courtyard_split" else None


def test_a_repair_adopted_later_is_undone_like_a_stroke() -> None:
    heads = [
        EditHead(seq=1, made_by="a", action="repair", undoes=None),
        EditHead(seq=2, made_by="a", action="repair", undoes=None),
    ]
    assert [head.seq for head in stacks(heads).done] == [2]
    assert stacks([*heads, EditHead(seq=3, made_by="b", action="rebase", undoes=None)]).done == ()
