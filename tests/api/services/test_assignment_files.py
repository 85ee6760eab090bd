"""Assignments as tables, and comparisons, on a real PostGIS."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from api.schemas.assignments import AssignmentPreview
from api.schemas.planning import ForkRequest, GridPatch, SnapshotRequest, StrokeRequest
from api.services import assignment_files, comparing, drawing, keeping
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plans import divide_community
from api.today import today
from gis.errors import InputError, NotFound, UnreadableFile, WrongColumns
from gis.partition.rules import RuleSet
from gis.staff.figures import Subsidy
from gis.store import plans as store
from tests.api.services.conftest import Town
from tests.api.services.test_workflow import PLANNER

SUBSIDY = Subsidy((5_000, 10_000), includes_bound=True)
RULES = RuleSet(name="test", source="test", caps={"default": 150})


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())


def read(desk: Desk, plan_id: int, text: str, **more: bool) -> AssignmentPreview:
    return assignment_files.read_assignment(desk, plan_id, text.encode(), "csv", **more)


def test_a_table_goes_out_and_comes_back_changed(desk: Desk, town: Town) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    for form in ("csv", "xlsx"):
        body = assignment_files.assignment_file(desk, plan_id, form)
        same = assignment_files.read_assignment(desk, plan_id, body, form)
        assert (same.moves, same.counts) == ([], {"unchanged": 24})
    with town.engine.connect() as connection:
        before = store.read_labels(connection, plan_id)
    goal = next(int(g) for g in before if g != before[0])
    text = f"楼栋编码,网格号,网格名称\nB00,{goal},\nB10,,\nB99,0,\nB00,0,\nB20,,=新网格\nB30,77,\n"
    found = read(desk, plan_id, text)
    assert found.counts == {"no_building": 1, "twice": 1, "no_grid": 2}
    assert [(u.row, u.name) for u in found.unplaced if u.reason == "no_grid"] == [
        (6, "=新网格"),
        (7, "77"),
    ]
    made = read(desk, plan_id, text, new_grids=True)
    assert [g.name for g in made.grids] == ["=新网格"]
    snapshot = keeping.take(desk, plan_id, SnapshotRequest(name="导入前"))
    asked = StrokeRequest(
        client=uuid4(), ground=made.ground, moves=made.moves, grids=made.grids, action="import"
    )
    told = drawing.draw(desk, plan_id, asked)
    assert len(told.applied) == 3
    assert b"'=\xe6\x96\xb0" in assignment_files.assignment_file(desk, plan_id, "csv")
    sides = (f"snapshot-{plan_id}-{snapshot.no}", f"plan-{plan_id}")
    found_by = comparing.compare(desk, *sides, today=today(), subsidy=SUBSIDY)
    assert {m.building for m in found_by.moved} == {"B00", "B10", "B20"}
    assert found_by.households_moved == 90
    assert (found_by.a.unassigned_households, found_by.b.unassigned_households) == (0, 30)
    assert (found_by.b.grids, found_by.a.subsidy_tier) == (found_by.a.grids + 1, 0)
    back = comparing.compare(desk, sides[1], sides[1], today=today(), subsidy=SUBSIDY)
    assert (back.moved, back.households_moved) == ([], 0)
    assert all(g.a == g.b for g in back.grids)


def test_nonsense_is_refused_in_words(desk: Desk, town: Town) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    with pytest.raises(WrongColumns, match="column of buildings"):
        read(desk, plan_id, "甲,乙\n1,2\n")
    with pytest.raises(UnreadableFile):
        read(desk, plan_id, '楼栋编码,网格号\n"B00,1\n')
    with pytest.raises(UnreadableFile):
        assignment_files.read_assignment(desk, plan_id, b"\x00" * 999, "xlsx")
    with pytest.raises(InputError, match="names nothing to compare"):
        comparing.compare(desk, "mars", f"plan-{plan_id}", today=today(), subsidy=SUBSIDY)
    with pytest.raises(NotFound, match="No grids stand"):
        comparing.compare(
            desk, f"standing-{town.community}", f"plan-{plan_id}", today=today(), subsidy=SUBSIDY
        )
    fork = keeping.fork(desk, plan_id, ForkRequest(name="另案"))
    same = comparing.compare(
        desk, f"plan-{plan_id}", f"plan-{fork}", today=today(), subsidy=SUBSIDY
    )
    assert same.moved == []


def test_the_column_that_was_edited_counts_and_locked_grids_stay(desk: Desk, town: Town) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    with town.engine.connect() as connection:
        before = store.read_labels(connection, plan_id)
        names = store.read_grids(connection, plan_id)["name"]
    here = int(before[0])
    there, third = [int(g) for g in sorted(set(before.tolist()) - {here})][:2]
    # Only the name was edited, or only the number: either is what is meant.
    for row in (f"B00,{here},{names[there]}", f"B00,{there},{names[here]}", f"B00,{there},"):
        found = read(desk, plan_id, f"楼栋编码,网格号,网格名称\n\n{row}\n")
        assert [(a, b) for _, a, b in found.moves] == [(here, there)]
        assert found.unplaced == []
    odd = read(desk, plan_id, f"楼栋编码,网格号,网格名称\n\n\nB00,{there},{names[third]}\n")
    assert [(u.row, u.reason) for u in odd.unplaced] == [(4, "contradiction")]
    huge = read(desk, plan_id, f"楼栋编码,网格号,网格名称\nB00,{'9' * 5000},{names[here]}\n")
    assert (huge.moves, huge.counts) == ([], {"no_grid": 1})
    assert len(huge.unplaced[0].name) == 100
    drawing.change_grid(desk, plan_id, there, GridPatch(client=uuid4(), locked=True))
    found = read(desk, plan_id, f"楼栋编码,网格号\nB00,{there}\nB10,{int(before[0])}\n")
    assert (2, "locked") in [(u.row, u.reason) for u in found.unplaced]


def test_two_megabytes_of_nonsense_are_refused_in_moments_and_few_words(
    desk: Desk, town: Town
) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    wide = "楼栋编码,网格号" + ",a" * 900_000
    long = "楼栋编码,网格号\n" + "x,y\n" * 490_000
    for body in (wide, long, *(sign * 1_990_000 for sign in ',"\n')):
        begun = time.process_time()
        with pytest.raises((UnreadableFile, WrongColumns)) as refused:
            read(desk, plan_id, body)
        assert time.process_time() - begun < 4
        assert max(len(refused.value.zh), len(str(refused.value))) < 1000
