"""Redrawing stored plans, on a real PostGIS."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from api.services.plans import divide_community, plan_state
from api.services.redraw import (
    alternative_plans,
    complete_plan,
    merge_plan,
    repair_plan,
    split_plan,
)
from api.services.strokes import redo, stroke, undo
from gis.errors import Conflict, Infeasible, InputError, NotFound
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.plans import Move
from tests.api.services.conftest import Town, building_id

RULES = RuleSet(name="test", source="test", caps={"default": 150})


def labels_of(town: Town, plan_id: int) -> np.ndarray:
    with town.engine.connect() as connection:
        return store.read_labels(connection, plan_id)


def divided(town: Town) -> int:
    return divide_community(town.engine, town.community, RULES, made_by="planner")


def grid_of(town: Town, plan_id: int, building: str) -> int:
    query = sa.text(
        "SELECT grid_no FROM assignment JOIN unit USING (ground_id, unit_no) "
        "WHERE plan_id = :plan_id AND building_code = :code"
    )
    with town.engine.connect() as connection:
        found = connection.execute(query, {"plan_id": plan_id, "code": building})
        return int(found.scalar_one())


def set_households(town: Town, building: str, households: int) -> None:
    with town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE building SET households = :h WHERE code = :code"),
            {"h": households, "code": building},
        )


def test_an_unchanged_plan_is_repaired_to_itself(town: Town) -> None:
    plan_id = divided(town)
    done = repair_plan(town.engine, plan_id, made_by="planner")
    assert done.chosen.households_moved == 0
    assert (labels_of(town, done.plan_id) == labels_of(town, plan_id)).all()
    with town.engine.connect() as connection:
        row = store.read_plan(connection, done.plan_id)
        assert row.based_on == plan_id
        assert row.certificate is not None
    assert plan_state(town.engine, done.plan_id).problems == ()


def test_a_repair_takes_in_todays_buildings_and_keeps_names(town: Town) -> None:
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET retired_on = now() WHERE code = 'B53'"))
    plan_id = divided(town)
    before = plan_state(town.engine, plan_id).grids
    set_households(town, building_id(0, 0), 80)
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET retired_on = NULL WHERE code = 'B53'"))
        connection.execute(sa.text("UPDATE building SET retired_on = now() WHERE code = 'B30'"))
    assert plan_state(town.engine, plan_id).drift
    done = repair_plan(town.engine, plan_id, made_by="planner")
    state = plan_state(town.engine, done.plan_id)
    assert state.problems == ()
    assert not state.drift
    assert 0 < done.chosen.households_moved <= 80
    for number in set(before.index) & set(state.grids.index):
        assert state.grids.loc[number, "name"] == before.loc[number, "name"]
    stayed = [
        b for b in ("B22", "B33") if grid_of(town, plan_id, b) == grid_of(town, done.plan_id, b)
    ]
    assert stayed


def test_the_planner_chooses_from_the_curve(town: Town) -> None:
    plan_id = divided(town)
    set_households(town, building_id(2, 2), 120)
    first = repair_plan(town.engine, plan_id, made_by="planner", choose="1")
    assert first.chosen is first.repair.plans[0]
    fewest = repair_plan(town.engine, plan_id, made_by="planner", choose="fewest")
    assert fewest.chosen.grids == min(p.grids for p in fewest.repair.plans)
    with pytest.raises(InputError, match="least, fewest, or a number"):
        repair_plan(town.engine, plan_id, made_by="planner", choose="99")


def test_a_grid_locked_in_the_plan_stays_as_it_is(town: Town) -> None:
    plan_id = divided(town)
    set_households(town, building_id(0, 0), 140)
    locked = grid_of(town, plan_id, building_id(0, 0))
    with town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE plan_grid SET locked = true WHERE plan_id = :p AND grid_no = :g"),
            {"p": plan_id, "g": locked},
        )
    done = repair_plan(town.engine, plan_id, made_by="planner")
    assert done.chosen.households_moved == 0
    assert [p.grid_no for p in done.chosen.problems] == [locked]
    with pytest.raises(Infeasible, match="locked"):
        split_plan(town.engine, plan_id, locked, 2, made_by="planner")


def test_a_split_is_one_edit_that_is_undone_and_redone(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    grid = int(before[0])
    done = split_plan(town.engine, plan_id, grid, 2, made_by="planner", why="too long")
    after = labels_of(town, plan_id)
    assert (after == done.plan.labels).all()
    assert set(done.plan.new) == set(after) - set(before) == {int(before.max()) + 1}
    assert plan_state(town.engine, plan_id).problems == ()
    undo(town.engine, plan_id, made_by="planner")
    assert (labels_of(town, plan_id) == before).all()
    redo(town.engine, plan_id, made_by="planner")
    assert (labels_of(town, plan_id) == after).all()


def test_a_number_that_was_emptied_is_not_given_again(town: Town) -> None:
    plan_id = divided(town)
    grid = int(labels_of(town, plan_id)[0])
    first = split_plan(town.engine, plan_id, grid, 2, made_by="planner").plan.new
    merge_plan(town.engine, plan_id, [grid, *first], made_by="planner")
    left = set(labels_of(town, plan_id).tolist())
    assert len(left & {grid, *first}) == 1
    second = split_plan(town.engine, plan_id, min(left & {grid, *first}), 2, made_by="planner")
    assert set(second.plan.new).isdisjoint(first)


def test_two_neighbours_over_the_cap_are_not_merged(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    with pytest.raises(Infeasible, match="of the cap"):
        merge_plan(town.engine, plan_id, sorted(set(before.tolist())), made_by="planner")
    assert (labels_of(town, plan_id) == before).all()


def test_what_was_set_free_is_completed_as_one_edit(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    grid = int(before[0])
    free = [Move(int(u), grid, None) for u in np.flatnonzero(before == grid)]
    stroke(town.engine, plan_id, free, made_by="planner")
    assert [p.kind for p in plan_state(town.engine, plan_id).problems] == ["unassigned"]
    done = complete_plan(town.engine, plan_id, made_by="planner")
    assert len(done.moves) == len(free)
    assert plan_state(town.engine, plan_id).problems == ()
    kept = before != grid
    assert (labels_of(town, plan_id)[kept] == before[kept]).all()
    again = complete_plan(town.engine, plan_id, made_by="planner")
    assert (again.seq, again.moves) == (None, ())


def test_a_published_plan_is_repaired_but_not_redrawn(town: Town) -> None:
    plan_id = divided(town)
    with town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE plan SET state = 'published' WHERE id = :p"), {"p": plan_id}
        )
    with pytest.raises(Conflict, match="no more edits"):
        merge_plan(town.engine, plan_id, [0, 1], made_by="planner")
    assert repair_plan(town.engine, plan_id, made_by="planner").plan_id != plan_id
    with pytest.raises(NotFound, match="999"):
        repair_plan(town.engine, 999_999, made_by="planner")


def test_alternatives_are_drafts_that_differ(town: Town) -> None:
    plan_ids, table = alternative_plans(
        town.engine, town.community, RULES, made_by="planner", most=2
    )
    assert len(plan_ids) == len(table)
    assert all(plan_state(town.engine, p).problems == () for p in plan_ids)
    assert len({labels_of(town, p).tobytes() for p in plan_ids}) == len(plan_ids)
