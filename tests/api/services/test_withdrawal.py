"""A publication that has not taken effect can be taken back as if it had not been."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from api.services.plans import adopt_grids, divide_community
from api.services.publishing import handover, publish_plan, withdraw_plan
from api.services.strokes import undo
from gis.errors import Conflict, InputError, NotFound
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.withdrawal import Withdrawn
from tests.api.services.conftest import COMMUNITY, Town, half_grids
from tests.api.services.test_plans import ANYTHING, TODAY, codes_of, divided, published

SOON = TODAY + timedelta(days=30)
LATER = TODAY + timedelta(days=60)
# Everything a publication writes, but for identities of grids, drafts' states and edits.
WRITTEN = (
    "SELECT plan_id, tier, valid, published_by, ended_posts FROM publication ORDER BY 1, 2, 3",
    "SELECT grid_id, plan_id, grid_no, valid FROM grid_period ORDER BY 1, 2, 3",
    "SELECT plan_id, grid_id, from_grid_id, households, buildings FROM lineage ORDER BY 1, 2, 3",
    "SELECT publication_id, unit_id, from_grid_id, to_grid_id FROM handover ORDER BY 1, 2, 3",
    "SELECT plan_id, grid_no, code, brought_code FROM plan_grid ORDER BY 1, 2, 3",
    "SELECT id, state FROM plan ORDER BY 1",
    "SELECT code, grid_id, worker_id, valid FROM post ORDER BY 1, 2, 3",
)


def written(town: Town) -> dict[str, list[tuple[str, ...]]]:
    with town.engine.connect() as connection:
        return {
            query: [tuple(map(str, row)) for row in connection.exec_driver_sql(query)]
            for query in WRITTEN
        }


def withdrawn(town: Town, plan_id: int, today: date = TODAY) -> Withdrawn:
    return withdraw_plan(
        town.engine, plan_id, withdrawn_by="planner", today=today, reason="wrong year"
    )


def standing_on(town: Town, day: date) -> int | None:
    query = sa.text("SELECT plan_id FROM publication WHERE valid @> CAST(:day AS date)")
    with town.engine.connect() as connection:
        return connection.execute(query, {"day": day}).scalar_one_or_none()


def add_post(town: Town, code: str, grid_code: str, begins: date, ends: date | None = None) -> None:
    with town.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO post (code, grid_id, role, valid) SELECT :code, id, 'comprehensive', "
                "daterange(:begins, :ends) FROM grid WHERE code = :grid_code"
            ),
            {"code": code, "grid_code": grid_code, "begins": begins, "ends": ends},
        )


def test_a_withdrawn_redraw_leaves_everything_as_it_was(town: Town) -> None:
    first = divided(town)
    published(town, first)
    for code in sorted(set(codes_of(town, first).values())):
        add_post(town, f"now {code}", code, TODAY)
        add_post(town, f"till {code}", code, TODAY, LATER)
        add_post(town, f"then {code}", code, SOON + timedelta(days=1))
    second = divided(town, ANYTHING)
    before = written(town)
    published(town, second, SOON)
    assert written(town) != before
    done = withdrawn(town, second)
    assert written(town) == before
    assert (done.stands_again, done.valid_from, done.posts_left) == (first, SOON, ())
    assert standing_on(town, LATER) == first
    with pytest.raises(Conflict, match="not published"):
        handover(town.engine, second)


def test_numbers_of_a_withdrawn_publication_are_not_counted_off_again(town: Town) -> None:
    first = divided(town, ANYTHING)
    published(town, first)
    second = divided(town)
    published(town, second, SOON)
    announced = set(codes_of(town, second).values())
    burnt = set(withdrawn(town, second).burnt)
    assert burnt == announced - set(codes_of(town, first).values())
    published(town, second, LATER)
    assert not set(codes_of(town, second).values()) & burnt


def test_codes_of_adopted_grids_survive_a_withdrawal(town: Town) -> None:
    plan_id, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), ANYTHING, made_by="planner")
    published(town, plan_id, SOON)
    assert withdrawn(town, plan_id).stands_again is None
    assert standing_on(town, LATER) is None
    published(town, plan_id, TODAY)
    assert set(codes_of(town, plan_id).values()) == {f"{COMMUNITY}001", f"{COMMUNITY}002"}


def test_what_has_taken_effect_is_not_withdrawn(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id, SOON)
    for today in (SOON, LATER):
        with pytest.raises(Conflict, match="stands since"):
            withdrawn(town, plan_id, today)
    withdrawn(town, plan_id, SOON - timedelta(days=1))


def test_only_the_last_publication_is_withdrawn(town: Town) -> None:
    first, second = divided(town), divided(town, ANYTHING)
    published(town, first, SOON)
    published(town, second, LATER)
    with pytest.raises(Conflict, match=f"withdraw plan {second} first"):
        withdrawn(town, first)
    withdrawn(town, second)
    withdrawn(town, first)
    assert standing_on(town, LATER) is None


def test_base_grids_that_micro_grids_lie_in_are_not_withdrawn(town: Town) -> None:
    base = divided(town)
    published(town, base, SOON)
    rules = RuleSet(name="test", source="test", caps={"default": 60}, grid_kind="micro")
    micro = divide_community(town.engine, town.community, rules, made_by="planner")
    nest(town, micro, base)
    with pytest.raises(Conflict, match="base grid"):
        published(town, micro, TODAY, reason="nested")
    published(town, micro, LATER, reason="nested")
    with pytest.raises(Conflict, match=f"withdraw plan {micro} first"):
        withdrawn(town, base)
    withdrawn(town, micro)
    withdrawn(town, base)


def nest(town: Town, micro: int, base: int) -> None:
    """Let the micro plan follow the base plan grid by grid."""
    with town.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE assignment AS m SET grid_no = b.grid_no FROM assignment AS b "
                "WHERE m.plan_id = :micro AND b.plan_id = :base AND b.unit_no = m.unit_no"
            ),
            {"micro": micro, "base": base},
        )
        connection.execute(
            sa.text(
                "DELETE FROM plan_grid WHERE plan_id = :micro AND grid_no NOT IN "
                "(SELECT grid_no FROM assignment WHERE plan_id = :micro)"
            ),
            {"micro": micro},
        )


def test_posts_meant_for_its_new_grids_are_named(town: Town) -> None:
    first, second = divided(town, ANYTHING), divided(town)
    published(town, first)
    published(town, second, SOON)
    (new, *_) = sorted(set(codes_of(town, second).values()) - set(codes_of(town, first).values()))
    add_post(town, "P9", new, TODAY)
    assert withdrawn(town, second).posts_left == ("P9",)


def test_a_post_that_found_another_grid_meanwhile_stays_there(town: Town) -> None:
    first, second = divided(town), divided(town, ANYTHING)
    published(town, first)
    codes = sorted(set(codes_of(town, first).values()))
    for code in codes:
        add_post(town, f"P{code}", code, TODAY)
    published(town, second, SOON)
    (kept,) = set(codes_of(town, second).values())
    gone = next(code for code in codes if code != kept)
    add_post(town, f"P{gone}", kept, SOON)
    withdrawn(town, second)
    with town.engine.connect() as connection:
        query = sa.text(
            "SELECT grid.code FROM post JOIN grid ON grid.id = grid_id "
            "WHERE post.code = :code AND upper_inf(post.valid)"
        )
        assert connection.execute(query, {"code": f"P{gone}"}).scalar_one() == kept


def test_a_withdrawn_plan_is_a_draft_whose_edits_tell_of_it(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id, SOON)
    withdrawn(town, plan_id)
    with town.engine.connect() as connection:
        assert store.read_plan(connection, plan_id).state == "draft"
        last = store.read_edits(connection, plan_id)[-1]
    assert (last.action, last.made_by, last.why) == ("withdraw", "planner", "wrong year")
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(town.engine, plan_id, made_by="planner")


def test_what_is_not_published_cannot_be_withdrawn(town: Town) -> None:
    with pytest.raises(Conflict, match="not published"):
        withdrawn(town, divided(town))
    with pytest.raises(NotFound):
        withdrawn(town, 999)


def test_of_two_withdrawals_at_once_one_is_told_it_came_late(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id, SOON)

    def attempt(_: int) -> bool:
        try:
            withdrawn(town, plan_id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


@pytest.mark.parametrize(
    "day", [date.max, TODAY + timedelta(days=367), date(2003, 12, 31), date.min]
)
def test_days_out_of_reach_are_refused(town: Town, day: date) -> None:
    plan_id = divided(town)
    with pytest.raises(InputError, match="check the year"):
        published(town, plan_id, day)
    assert standing_on(town, day) is None


def test_how_far_ahead_is_a_setting(town: Town) -> None:
    plan_id = divided(town)

    def attempt(day: date, days_ahead: int) -> None:
        publish_plan(
            town.engine,
            plan_id,
            valid_from=day,
            published_by="planner",
            today=TODAY,
            days_ahead=days_ahead,
        )

    with pytest.raises(InputError, match="more than 29 days ahead"):
        attempt(SOON, 29)
    attempt(SOON, 30)


def test_publishing_again_tells_since_when_the_plan_stands(town: Town) -> None:
    plan_id = divided(town)
    published(town, plan_id, SOON)
    with pytest.raises(Conflict, match=f"published already and stands from {SOON}"):
        published(town, plan_id, LATER)
