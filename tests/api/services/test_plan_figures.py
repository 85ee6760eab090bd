"""The figures of a plan agree with the list of its grids and with a comparison."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from api.schemas.planning import NewGridRequest, TakeBackRequest
from api.schemas.plans import PlanDetail
from api.services import comparing, drawing
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plan_reading import plan_by_id
from api.services.plans import divide_community
from api.services.publishing import publish_plan
from api.today import today
from gis.store.plan_listing import plan_grid_rows
from gis.store.sight import EVERYWHERE
from tests.api.services.conftest import Town
from tests.api.services.test_assignment_files import RULES, SUBSIDY
from tests.api.services.test_workflow import PLANNER


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())


@pytest.fixture
def plan(town: Town) -> int:
    return divide_community(town.engine, town.community, RULES, made_by="甲")


def figures(desk: Desk, plan_id: int) -> PlanDetail:
    with desk.engine.connect() as connection:
        return plan_by_id(connection, EVERYWHERE, plan_id)


def listed(desk: Desk, plan_id: int) -> int:
    with desk.engine.connect() as connection:
        return len(plan_grid_rows(connection, plan_id))


def test_a_new_grid_that_is_taken_back_counts_no_more(desk: Desk, plan: int) -> None:
    before = figures(desk, plan)
    assert before.lowest_load
    drawing.add_grid(desk, plan, NewGridRequest(client=uuid4()))
    drawn = figures(desk, plan)
    assert drawn.grids == listed(desk, plan) == before.grids + 1
    assert (drawn.lowest_load, drawn.highest_load) == (before.lowest_load, before.highest_load)
    drawing.take_back(desk, plan, TakeBackRequest(client=uuid4()), "undo")
    after = figures(desk, plan)
    assert after.grids == listed(desk, plan) == before.grids
    assert after.lowest_load == before.lowest_load


def test_an_empty_grid_is_not_published_and_not_counted(desk: Desk, plan: int) -> None:
    before = figures(desk, plan)
    drawing.add_grid(desk, plan, NewGridRequest(client=uuid4()))
    day = today() + timedelta(days=1)
    publish_plan(desk.engine, plan, valid_from=day, published_by="甲", today=today())
    after, name = figures(desk, plan), f"plan-{plan}"
    side = comparing.compare(desk, name, name, today=today(), subsidy=SUBSIDY).a
    assert after.grids == side.grids == listed(desk, plan) == before.grids
    assert after.lowest_load == pytest.approx(side.lowest_load)
    assert after.highest_load == pytest.approx(side.highest_load)


def test_a_plan_without_households_has_no_loads(desk: Desk, town: Town) -> None:
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE building SET households = 0")
    empty = figures(desk, divide_community(town.engine, town.community, RULES, made_by="甲"))
    assert (empty.grids, empty.lowest_load, empty.highest_load) == (1, None, None)
