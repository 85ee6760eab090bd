"""Plans from division to handover, on a real PostGIS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services.plans import adopt_grids, divide_community, plan_state
from api.services.publishing import handover, publish_plan
from api.services.strokes import redo, stroke, undo
from gis.errors import Conflict, InputError, NotFound
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.plans import Move
from tests.api.services.conftest import COMMUNITY, Town, add_building, half_grids

TODAY = date(2026, 3, 2)
RULES = RuleSet(name="test", source="test", caps={"default": 150})
ANYTHING = RuleSet(name="test", source="test", caps={"default": 5000})


def labels_of(town: Town, plan_id: int) -> np.ndarray:
    with town.engine.connect() as connection:
        return store.read_labels(connection, plan_id)


def codes_of(town: Town, plan_id: int) -> dict[str, str]:
    """Grid code of each building under a plan."""
    query = sa.text(
        "SELECT unit.building_code, plan_grid.code FROM assignment "
        "JOIN unit USING (ground_id, unit_no) JOIN plan_grid USING (plan_id, grid_no) "
        "WHERE plan_id = :plan_id AND unit.kind = 'building'"
    )
    with town.engine.connect() as connection:
        return {r[0]: r[1] for r in connection.execute(query, {"plan_id": plan_id})}


def divided(town: Town, rules: RuleSet = RULES) -> int:
    return divide_community(town.engine, town.community, rules, made_by="planner")


def published(town: Town, plan_id: int, day: date = TODAY, reason: str | None = None) -> None:
    publish_plan(
        town.engine, plan_id, valid_from=day, published_by="planner", today=TODAY, reason=reason
    )


def test_a_divided_community_keeps_every_rule(town: Town) -> None:
    state = plan_state(town.engine, divided(town))
    assert state.problems == ()
    assert state.grids["households"].sum() == 24 * 30
    assert (state.grids["load"] <= 1).all()
    assert len(state.grids) >= 5
    assert state.grids.geometry.is_valid.all()


def test_an_unchanged_community_keeps_its_ground(town: Town) -> None:
    first, second = divided(town), divided(town)
    with town.engine.connect() as connection:
        grounds = {store.read_plan(connection, p).ground_id for p in (first, second)}
    assert len(grounds) == 1


def test_an_unknown_community_is_named(town: Town) -> None:
    with pytest.raises(NotFound, match="999999999999"):
        divide_community(town.engine, "999999999999", RULES, made_by="planner")


def test_a_new_a_gone_and_a_changed_building_show_in_the_draft(town: Town) -> None:
    plan_id = divided(town)
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 31 WHERE code = 'B00'"))
        connection.execute(sa.text("UPDATE building SET retired_on = now() WHERE code = 'B11'"))
        add_building(connection, 5, 4, households=12)
    changes = plan_state(town.engine, plan_id).drift
    assert changes.appeared == ("B54",)
    assert changes.vanished == ("B11",)
    assert changes.changed == (("B00", 30, 31),)


def test_a_drifted_draft_is_not_published_without_a_reason(town: Town) -> None:
    plan_id = divided(town)
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 31 WHERE code = 'B00'"))
    for reason in (None, "", " \t\u3000"):
        with pytest.raises(Conflict, match="Buildings changed"):
            published(town, plan_id, reason=reason)


def test_a_first_publication_counts_off_from_one(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id)
    codes = sorted(set(codes_of(town, plan_id).values()))
    assert codes == [f"{town.community}{n:03d}" for n in range(1, len(codes) + 1)]


def test_a_published_plan_takes_no_more_strokes(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id)
    with pytest.raises(Conflict, match="published"):
        stroke(town.engine, plan_id, [Move(0, 0, 1)], made_by="planner")
    with pytest.raises(Conflict, match="published"):
        published(town, plan_id, TODAY + timedelta(days=9))


def test_adopted_grids_keep_their_codes_and_the_redraw_inherits_them(town: Town) -> None:
    standing, adoption = adopt_grids(
        town.engine, town.community, half_grids(), ANYTHING, made_by="planner"
    )
    published(town, standing, reason="as it stands")
    west = {b for b, code in codes_of(town, standing).items() if code.endswith("001")}
    assert len(west) == 12
    assert adoption.ambiguous == ()
    redraw = divided(town)
    published(town, redraw, TODAY + timedelta(days=30))
    codes = set(codes_of(town, redraw).values())
    assert {f"{town.community}001", f"{town.community}002"} <= codes
    assert f"{town.community}003" in codes


def test_the_handover_names_each_building_that_changes_hands(town: Town) -> None:
    standing, _ = adopt_grids(
        town.engine, town.community, half_grids(), ANYTHING, made_by="planner"
    )
    published(town, standing, reason="as it stands")
    _post(town, f"{town.community}001", "网格员甲")
    redraw = divided(town)
    published(town, redraw, TODAY + timedelta(days=30))
    before, after = codes_of(town, standing), codes_of(town, redraw)
    rows = handover(town.engine, redraw)
    assert set(rows["building_id"]) == {b for b in after if before[b] != after[b]}
    assert (rows["day"] == TODAY + timedelta(days=30)).all()
    given = rows[rows["from_grid"] == f"{town.community}001"]
    assert (given["from_whom"] == "网格员甲").all()


def _post(town: Town, grid_code: str, worker: str) -> None:
    with town.engine.begin() as connection:
        connection.execute(
            sa.text(
                "WITH who AS (INSERT INTO worker (code, name) VALUES (:worker, :worker) "
                "RETURNING id) INSERT INTO post (code, grid_id, role, worker_id, valid) "
                "SELECT 'P' || grid.code, grid.id, 'comprehensive', who.id, "
                "daterange(:day, null) FROM who, grid WHERE grid.code = :code"
            ),
            {"worker": worker, "code": grid_code, "day": TODAY},
        )


def test_posts_of_a_retired_grid_end_on_the_day_it_ends(town: Town) -> None:
    five = divided(town)
    published(town, five)
    for code in set(codes_of(town, five).values()):
        _post(town, code, f"worker of {code}")
    one = divided(town, ANYTHING)
    day = TODAY + timedelta(days=10)
    published(town, one, day)
    (kept,) = set(codes_of(town, one).values())
    with town.engine.connect() as connection:
        query = sa.text("SELECT grid.code, upper(valid) FROM post JOIN grid ON grid.id = grid_id")
        ends = {row.code: row.upper for row in connection.execute(query)}
    assert ends.pop(kept) is None
    assert set(ends.values()) == {day}


def test_whoever_draws_while_another_publishes_is_told_so(town: Town) -> None:
    """A stroke is either in the frozen plan or refused; none is lost, none comes after."""
    plan_id = divided(town, ANYTHING)
    units = len(labels_of(town, plan_id))

    def take_out(unit: int) -> int | None:
        try:
            done = stroke(town.engine, plan_id, [Move(unit, 0, None)], made_by="planner")
        except Conflict as refused:
            if "is published and takes no more edits" not in refused.en:
                raise
            return None
        return done.applied[0].unit_no

    with ThreadPoolExecutor(4) as pool:
        first = take_out(0)
        # The last unit stays: strokes may all come first, and no plan without grids is published.
        drawn = [pool.submit(take_out, unit) for unit in range(1, units - 1)]
        pool.submit(published, town, plan_id, TODAY, "drawn").result()
        taken = {first, *(stroke_.result() for stroke_ in drawn)} - {None}
    assert set(np.flatnonzero(labels_of(town, plan_id) == -1)) == taken
    assert plan_state(town.engine, plan_id).plan.state == "published"
    assert take_out(units - 1) is None


def test_a_plan_without_grids_is_not_published(town: Town) -> None:
    plan_id = divided(town, ANYTHING)
    labels = labels_of(town, plan_id)
    emptied = [Move(unit, int(grid), None) for unit, grid in enumerate(labels)]
    stroke(town.engine, plan_id, emptied, made_by="planner")
    with pytest.raises(Conflict, match="has no grids"):
        published(town, plan_id, TODAY, "none wanted")
    assert plan_state(town.engine, plan_id).plan.state == "draft"


def test_past_and_taken_dates_are_refused(town: Town) -> None:
    published(town, divided(town), TODAY + timedelta(days=5))
    with pytest.raises(Conflict, match="already stands from"):
        published(town, divided(town), TODAY + timedelta(days=5))
    with pytest.raises(Conflict, match="already stands from"):
        published(town, divided(town), TODAY - timedelta(days=1))


def test_what_stands_is_told_by_the_day(town: Town) -> None:
    first, second = divided(town), divided(town, ANYTHING)
    published(town, first)
    published(town, second, TODAY + timedelta(days=10))
    query = sa.text("SELECT plan_id FROM publication WHERE valid @> CAST(:day AS date)")
    with town.engine.connect() as connection:
        stands = [
            connection.execute(query, {"day": TODAY + timedelta(days=d)}).scalar_one()
            for d in (0, 9, 10, 400)
        ]
    assert stands == [first, first, second, second]


def test_two_publications_at_once_end_in_one(town: Town) -> None:
    plans = [divided(town) for _ in range(4)]

    def attempt(plan_id: int) -> bool:
        try:
            published(town, plan_id, TODAY)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, plans)) == 1


def test_a_plan_that_breaks_a_rule_needs_a_signed_reason(town: Town) -> None:
    standing, _ = adopt_grids(town.engine, town.community, half_grids(), RULES, made_by="planner")
    with pytest.raises(Conflict, match="of its cap"):
        published(town, standing)
    published(town, standing, reason="decided by the street office")
    with town.engine.connect() as connection:
        row = connection.execute(sa.text("SELECT reason, problems FROM publication")).one()
    assert row.reason == "decided by the street office"
    assert {p["kind"] for p in row.problems} >= {"over_cap"}


def test_a_stroke_and_its_undo_leave_everything_as_it_was(town: Town) -> None:
    plan_id = divided(town)
    before, grids = labels_of(town, plan_id), plan_state(town.engine, plan_id).grids
    unit = int(np.flatnonzero(before == 0)[0])
    done = stroke(town.engine, plan_id, [Move(unit, 0, 1)], made_by="planner")
    assert done.rejected == ()
    assert labels_of(town, plan_id)[unit] == 1
    undo(town.engine, plan_id, made_by="planner")
    assert (labels_of(town, plan_id) == before).all()
    after = plan_state(town.engine, plan_id).grids
    assert (after["load"] == grids["load"]).all()
    assert after.geometry.geom_equals(grids.geometry).all()
    redo(town.engine, plan_id, made_by="planner")
    assert labels_of(town, plan_id)[unit] == 1


def test_a_stale_move_is_rejected_and_the_others_stand(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    here, there = (int(np.flatnonzero(before == g)[0]) for g in (0, 1))
    done = stroke(town.engine, plan_id, [Move(here, 2, 1), Move(there, 1, None)], made_by="planner")
    assert done.rejected == (Move(here, 2, 1),)
    assert labels_of(town, plan_id)[here] == 0
    assert labels_of(town, plan_id)[there] == -1
    kinds = {problem.kind for problem in plan_state(town.engine, plan_id).problems}
    assert "unassigned" in kinds


def test_a_stroke_that_names_a_unit_twice_is_refused_whole(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    unit, other = (int(np.flatnonzero(before == g)[0]) for g in (0, 1))
    moves = [Move(unit, 0, 1), Move(other, 1, 2), Move(unit, 0, 2)]
    with pytest.raises(InputError, match="twice"):
        stroke(town.engine, plan_id, moves, made_by="planner")
    assert (labels_of(town, plan_id) == before).all()
    assert plan_state(town.engine, plan_id).plan.revision == 1


def test_an_adopted_grid_that_was_emptied_is_not_published(town: Town) -> None:
    plan_id, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), ANYTHING, made_by="planner")
    east = np.flatnonzero(labels_of(town, plan_id) == 1)
    stroke(town.engine, plan_id, [Move(int(u), 1, 0) for u in east], made_by="planner")
    published(town, plan_id, reason="one worker for all")
    query = sa.text("SELECT code FROM grid JOIN grid_period ON grid_period.grid_id = grid.id")
    with town.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == [f"{COMMUNITY}001"]


def test_undo_ends_at_the_division(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    stroke(town.engine, plan_id, [Move(0, int(before[0]), None)], made_by="planner")
    undo(town.engine, plan_id, made_by="planner")
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(town.engine, plan_id, made_by="planner")
    assert (labels_of(town, plan_id) == before).all()


def test_undo_ends_at_the_adoption(town: Town) -> None:
    plan_id, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), ANYTHING, made_by="planner")
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(town.engine, plan_id, made_by="planner")


@pytest.mark.parametrize("unit", [-1, 10_000, 2**31, 2**70, -(2**70)])
def test_a_stroke_names_the_units_that_the_plan_does_not_have(town: Town, unit: int) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    with pytest.raises(InputError, match=str(unit)) as refused:
        stroke(town.engine, plan_id, [Move(0, int(before[0]), None), Move(unit, 0, 1)], made_by="x")
    assert refused.value.context["units"] == [unit]
    assert (labels_of(town, plan_id) == before).all()


@pytest.mark.parametrize("number", [1.0, 0.5, float("nan"), "1", True, None])
def test_units_are_named_by_whole_numbers(town: Town, number: Any) -> None:
    plan_id = divided(town)
    with pytest.raises(InputError, match="whole numbers"):
        stroke(town.engine, plan_id, [Move(number, 0, 1)], made_by="planner")
    if number is not None:
        for move in (Move(0, number, 1), Move(0, 0, number)):
            with pytest.raises(InputError, match="whole numbers"):
                stroke(town.engine, plan_id, [move], made_by="planner")


def test_a_stroke_takes_the_numbers_of_numpy(town: Town) -> None:
    plan_id = divided(town)
    before = labels_of(town, plan_id)
    unit: Any = np.int64(0)
    done = stroke(town.engine, plan_id, [Move(unit, before[0], None)], made_by="planner")
    assert done.applied == (Move(0, int(before[0]), None),)


@pytest.mark.parametrize("grid", [-1, 999, 2**40])
def test_a_grid_that_is_not_there_holds_no_unit_and_takes_none(town: Town, grid: int) -> None:
    plan_id = divided(town)
    done = stroke(town.engine, plan_id, [Move(0, grid, 1)], made_by="planner")
    assert done.rejected == (Move(0, grid, 1),)
    with pytest.raises(Conflict, match=f"no grid {grid}"):
        stroke(town.engine, plan_id, [Move(0, 0, grid)], made_by="planner")


def test_a_second_adopted_draft_is_published_as_a_redraw(town: Town) -> None:
    first, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), ANYTHING, made_by="planner")
    second, _ = adopt_grids(town.engine, COMMUNITY, half_grids(4), ANYTHING, made_by="planner")
    published(town, first)
    published(town, second, TODAY + timedelta(days=5))
    assert set(codes_of(town, second).values()) == {f"{COMMUNITY}001", f"{COMMUNITY}002"}
    moved = {f"B3{row}" for row in range(4)}
    assert set(handover(town.engine, second)["building_id"]) == moved


def test_codes_of_a_file_adopted_later_follow_the_households(town: Town) -> None:
    """The file calls the west 002 and the east 007; what stands there keeps its codes."""
    first, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), ANYTHING, made_by="planner")
    published(town, first)
    renamed = half_grids().assign(grid_code=[f"{COMMUNITY}002", f"{COMMUNITY}007"])
    second, _ = adopt_grids(town.engine, COMMUNITY, renamed, ANYTHING, made_by="planner")
    draft = plan_state(town.engine, second)
    assert draft.plan.based_on == first
    assert draft.grids["code"].isna().all()
    assert draft.grids["name"].tolist() == ["西片", "第二网格"]
    published(town, second, TODAY + timedelta(days=5))
    assert codes_of(town, second) == codes_of(town, first)
    assert handover(town.engine, second).empty


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caps=st.lists(st.integers(60, 400), min_size=3, max_size=3))
def test_codes_are_never_given_twice_over_three_publications(town: Town, caps: list[int]) -> None:
    """A code that was retired never comes back, and a frozen plan never changes."""
    with town.engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE ground, plan, grid CASCADE"))
    seen: set[str] = set()
    standing: set[str] = set()
    frozen: dict[int, dict[str, str]] = {}
    for turn, cap in enumerate(caps):
        rules = RuleSet(name="test", source="test", caps={"default": cap})
        plan_id = divided(town, rules)
        published(town, plan_id, TODAY + timedelta(days=turn))
        frozen[plan_id] = codes_of(town, plan_id)
        now = set(frozen[plan_id].values())
        assert not (now - standing) & seen
        seen, standing = seen | now, now
    assert all(codes_of(town, plan_id) == codes for plan_id, codes in frozen.items())
