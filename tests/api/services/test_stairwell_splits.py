"""A building over the cap divided by its stairwells in a draft: moved, undone, made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from api.schemas.planning import (
    ForkRequest,
    GridPatch,
    StairwellsRequest,
    Stroked,
    StrokeRequest,
    TakeBackRequest,
)
from api.services import assignment_files, drawing, keeping
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plans import divide_community, plan_state
from api.services.publishing import handover, publish_plan
from api.services.stairwell_splits import split_building
from gis.errors import Conflict, InputError, NotFound
from gis.partition.rules import RuleSet
from gis.store import plans as store
from tests.api.services.conftest import Town, add_building
from tests.api.services.test_workflow import PLANNER

RULES = RuleSet(name="test", source="test", caps={"default": 150})
TODAY = date(2026, 3, 2)


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())


@pytest.fixture
def plan(town: Town) -> int:
    """A draft in which the building B23 has 400 households and no stairwell is known."""
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 400 WHERE code = 'B23'"))
    return divide_community(town.engine, town.community, RULES, made_by="甲")


def ground_of(desk: Desk, plan_id: int) -> int:
    with desk.engine.connect() as connection:
        return store.read_plan(connection, plan_id).ground_id


def grids_of(desk: Desk, plan_id: int, building: str = "B23") -> dict[str, int]:
    with desk.engine.connect() as connection:
        labels = store.read_labels(connection, plan_id)
        units = desk.ground_of(connection, ground_of(desk, plan_id)).ground.units
    mine = (units["building_id"] == building).to_numpy(bool)
    return dict(zip(units["unit_id"][mine], labels[mine].tolist(), strict=True))


def split(desk: Desk, plan_id: int, **how: Any) -> Stroked:
    asked = {"client": uuid4(), "ground": ground_of(desk, plan_id), "building": "B23", **how}
    return split_building(desk, plan_id, StairwellsRequest.model_validate(asked))


def back(desk: Desk, plan_id: int, action: str) -> Stroked:
    return drawing.take_back(desk, plan_id, TakeBackRequest(client=uuid4()), action)


def move(desk: Desk, plan_id: int, unit: str, to: int) -> Stroked:
    with desk.engine.connect() as connection:
        units = desk.ground_of(connection, ground_of(desk, plan_id)).ground.units
    number = units.index[units["unit_id"] == unit][0]
    here = grids_of(desk, plan_id)[unit]
    asked = StrokeRequest(
        client=uuid4(), ground=ground_of(desk, plan_id), moves=[(int(number), here, to)]
    )
    return drawing.draw(desk, plan_id, asked)


@pytest.mark.parametrize("how", [{"households": [130, 110, 90, 70]}, {"count": 4}])
def test_stairwells_are_split_assigned_undone_and_made_again(
    desk: Desk, plan: int, how: dict[str, Any]
) -> None:
    before, first = grids_of(desk, plan), ground_of(desk, plan)
    home = before["B23"]
    done = split(desk, plan, **how)
    assert (done.action, done.applied, done.can_undo) == ("stairwells", [], True)
    assert done.ground != first
    parts = {f"B23-{n}": home for n in range(1, 5)}
    assert grids_of(desk, plan) == parts
    told = keeping.edits(desk, plan, 0).items[-1].detail
    assert (told["ground"], told["ground_was"]) == (done.ground, first)
    other = next(g for g in range(9) if g != home)
    assert move(desk, plan, "B23-2", other).can_undo
    assert grids_of(desk, plan) == parts | {"B23-2": other}
    # The table of the assignment names stairwells; each may be moved by it.
    table = assignment_files.assignment_file(desk, plan, "csv").decode("utf-8-sig")
    assert "B23-2,B23" in table
    assert back(desk, plan, "undo").action == "undo"
    whole = back(desk, plan, "undo")
    assert (whole.ground, whole.can_undo, whole.can_redo) == (first, False, True)
    assert grids_of(desk, plan) == before
    again = back(desk, plan, "redo")
    assert (again.ground, grids_of(desk, plan)) == (done.ground, parts)
    assert back(desk, plan, "redo").can_redo is False
    assert grids_of(desk, plan) == parts | {"B23-2": other}


def test_strokes_of_another_ground_are_not_undone(desk: Desk, plan: int) -> None:
    home = grids_of(desk, plan)["B23"]
    other = next(g for g in range(9) if g != home)
    move(desk, plan, "B23", other)
    somebody = replace(desk, who=replace(PLANNER, name="乙"))
    split(somebody, plan, count=4)
    # Unit numbers of the first planner's stroke mean other units by now.
    with pytest.raises(Conflict, match="nothing to undo"):
        back(desk, plan, "undo")
    assert set(grids_of(desk, plan).values()) == {other}
    back(somebody, plan, "undo")
    back(desk, plan, "undo")
    assert grids_of(desk, plan) == {"B23": home}


def test_stairwells_that_others_moved_apart_are_not_gathered(desk: Desk, plan: int) -> None:
    home = grids_of(desk, plan)["B23"]
    other = next(g for g in range(9) if g != home)
    yi = replace(desk, who=replace(PLANNER, name="乙"))
    done = split(desk, plan, count=3)
    move(yi, plan, "B23-2", other)
    apart = grids_of(desk, plan)
    with pytest.raises(Conflict, match="several grids") as refused:
        back(desk, plan, "undo")
    assert "请先由其移入同一网格" in refused.value.zh
    assert (grids_of(desk, plan), ground_of(desk, plan)) == (apart, done.ground)
    move(yi, plan, "B23-1", other)
    move(yi, plan, "B23-3", other)
    back(desk, plan, "undo")
    assert grids_of(desk, plan) == {"B23": other}


def test_a_locked_grid_into_which_others_moved_stairwells_keeps_them(desk: Desk, plan: int) -> None:
    home = grids_of(desk, plan)["B23"]
    other = next(g for g in range(9) if g != home)
    yi = replace(desk, who=replace(PLANNER, name="乙"))

    def lock(grid: int, *, locked: bool) -> None:
        drawing.change_grid(yi, plan, grid, GridPatch(client=uuid4(), locked=locked))

    split(desk, plan, count=2)
    lock(home, locked=True)
    back(desk, plan, "undo")
    back(desk, plan, "redo")
    lock(home, locked=False)
    for unit in ("B23-1", "B23-2"):
        move(yi, plan, unit, other)
    lock(other, locked=True)
    with pytest.raises(Conflict, match=f"grid {other}, which is locked") as refused:
        back(desk, plan, "undo")
    assert "请先解除锁定" in refused.value.zh
    assert grids_of(desk, plan) == {"B23-1": other, "B23-2": other}
    lock(other, locked=False)
    back(desk, plan, "undo")
    assert grids_of(desk, plan) == {"B23": other}


def test_a_split_told_twice_is_made_once(desk: Desk, plan: int) -> None:
    client, ground = uuid4(), ground_of(desk, plan)
    first = split(desk, plan, count=3, client=client)
    again = split(desk, plan, count=3, client=client, ground=ground)
    assert (again.seq, again.replayed) == (first.seq, True)
    undo = TakeBackRequest(client=uuid4())
    drawing.take_back(desk, plan, undo, "undo")
    with pytest.raises(Conflict, match="bears the name"):
        split(desk, plan, count=3, client=undo.client)


def test_what_cannot_be_split_is_refused_in_both_languages(
    desk: Desk, plan: int, town: Town
) -> None:
    with pytest.raises(NotFound, match="no building B99"):
        split(desk, plan, building="B99", count=2)
    with pytest.raises(InputError, match="within the cap") as within:
        split(desk, plan, building="B00", count=2)
    assert "未超过户数上限" in within.value.zh
    with pytest.raises(InputError, match="add up to 300") as wrong:
        split(desk, plan, households=[200, 100])
    assert "合计 300 户" in wrong.value.zh
    with pytest.raises(Conflict, match="rebased since"):
        split(desk, plan, count=2, ground=ground_of(desk, plan) + 99)
    split(desk, plan, households=[200, 200])
    with pytest.raises(InputError, match="2 stairwells on record"):
        split(desk, plan, count=3)
    fork = keeping.fork(desk, plan, ForkRequest(name="另案"))
    with pytest.raises(Conflict, match=f"Plan {fork} counts by the stairwells"):
        back(desk, plan, "undo")
    with town.engine.begin() as connection:
        add_building(connection, 6, 0)
    with pytest.raises(Conflict, match="Rebase") as behind:
        back(desk, plan, "undo")
    assert "请先更新底图" in behind.value.zh


def test_a_divided_building_is_published_and_handed_over_by_stairwells(
    desk: Desk, plan: int, town: Town
) -> None:
    publish_plan(town.engine, plan, valid_from=TODAY, published_by="甲", today=TODAY, reason="x")
    draft = keeping.fork(desk, plan, ForkRequest(name="下一版"))
    split(desk, draft, households=[130, 110, 90, 70])
    other = next(g for g in range(9) if g != grids_of(desk, draft)["B23-3"])
    move(desk, draft, "B23-3", other)
    move(desk, draft, "B23-4", other)
    over = {p.kind for p in plan_state(town.engine, draft).problems}
    assert over == {"over_cap"}
    publish_plan(
        town.engine,
        draft,
        valid_from=TODAY + timedelta(days=30),
        published_by="甲",
        today=TODAY,
        reason="x",
    )
    rows = handover(town.engine, draft)
    assert set(rows["unit_id"][rows["building_id"] == "B23"]) == {"B23-3", "B23-4"}
    assert rows["households"][rows["building_id"] == "B23"].tolist() == [90, 70]
