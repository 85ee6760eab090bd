"""The road of a draft to publication, on a real PostGIS."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.planning import RestoreRequest, StrokeRequest
from api.schemas.workflow import RemarksRequest, ReturnRequest, SubmitRequest
from api.services import drawing, keeping, rebasing, workflow
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plans import divide_community
from api.services.publishing import publish_plan, withdraw_plan
from api.today import today
from gis.errors import Conflict
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.asker import Asker, for_asker
from tests.api.services.conftest import Town, building_id

RULES = RuleSet(name="test", source="test", caps={"default": 150})
PLANNER = Principal(1, "甲", "planner", areas=None)
APPROVER = Principal(2, "主任", "approver", areas=None)
DAY = today() + timedelta(days=9)


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())


def erase(desk: Desk, plan_id: int, unit: int) -> None:
    with desk.engine.connect() as connection:
        plan = store.read_plan(connection, plan_id)
        grid = int(store.read_labels(connection, plan_id)[unit])
    asked = StrokeRequest(client=uuid4(), ground=plan.ground_id, moves=[(unit, grid, None)])
    drawing.draw(desk, plan_id, asked)


def publish(town: Town, plan_id: int, who: Principal) -> None:
    named = Asker(None, who.name, who.role, areas=None)
    publish_plan(
        for_asker(town.engine, named),
        plan_id,
        valid_from=DAY,
        published_by=who.name,
        today=today(),
    )


def test_a_plan_goes_the_whole_road_and_nobody_skips_a_step(town: Town, desk: Desk) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    boss = replace(desk, who=APPROVER)
    erase(desk, plan_id, 0)
    (broken,) = workflow.problems(desk, plan_id).items
    assert (broken.kind, broken.units, broken.blocks) == ("unassigned", [0], True)
    with pytest.raises(Conflict, match="without a signed reason") as refused:
        workflow.submit(desk, plan_id, SubmitRequest())
    assert refused.value.context["missing"] == ["unassigned"]
    with pytest.raises(Conflict, match="approved"):
        publish(town, plan_id, APPROVER)
    reasons = {"unassigned": "待拆迁"}
    handed_in = workflow.submit(desk, plan_id, SubmitRequest(reasons=reasons))
    assert handed_in.state == "submitted"
    with pytest.raises(Conflict, match="takes no more edits"):
        erase(desk, plan_id, 1)
    assert workflow.recall(desk, plan_id, RemarksRequest()).state == "draft"
    with pytest.raises(Conflict, match="plans that are submitted"):
        workflow.approve(boss, plan_id, RemarksRequest())
    workflow.submit(desk, plan_id, SubmitRequest(reasons=reasons))
    back = workflow.hand_back(boss, plan_id, ReturnRequest(remarks="西片过大"))
    assert back.state == "returned"
    erase(desk, plan_id, 1)
    workflow.submit(desk, plan_id, SubmitRequest(reasons=reasons, remarks="已改"))
    with pytest.raises(Conflict, match="handed in and approved"):
        publish(town, plan_id, APPROVER)
    assert workflow.approve(boss, plan_id, RemarksRequest()).state == "approved"
    publish(town, plan_id, APPROVER)
    told = [(e.action, e.by, e.why) for e in keeping.edits(desk, plan_id, 2).items]
    assert told == [
        ("submit", "甲", None),
        ("recall", "甲", None),
        ("submit", "甲", None),
        ("return", "主任", "西片过大"),
        ("stroke", "甲", None),
        ("submit", "甲", "已改"),
        ("approve", "主任", None),
        ("publish", "主任", "unassigned: 待拆迁 (甲)"),
    ]
    with town.engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT reason FROM publication")).scalar_one()
        steps = connection.execute(
            sa.text("SELECT action FROM audit_event WHERE code = :code ORDER BY id"),
            {"code": str(plan_id)},
        )
        assert [s for s in steps.scalars() if s != "plan.divide"] == [
            *("plan.submit", "plan.recall", "plan.submit", "plan.return"),
            *("plan.submit", "plan.approve", "plan.publish"),
        ]
    assert kept == "unassigned: 待拆迁 (甲)"


def test_a_withdrawn_plan_is_not_published_again_under_its_old_reasons(
    town: Town, desk: Desk
) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    boss = replace(desk, who=APPROVER)
    erase(desk, plan_id, 0)
    workflow.submit(desk, plan_id, SubmitRequest(reasons={"unassigned": "待拆迁"}))
    workflow.approve(boss, plan_id, RemarksRequest())
    publish(town, plan_id, APPROVER)
    withdraw_plan(town.engine, plan_id, withdrawn_by="主任", today=today())
    # The reason was signed for unit 0 alone.
    for unit in range(1, 6):
        erase(desk, plan_id, unit)
    with pytest.raises(Conflict, match="signed reason"):
        publish_plan(
            town.engine, plan_id, valid_from=DAY, published_by="主任", today=today(), reason=None
        )
    with town.engine.connect() as connection:
        plan = store.read_plan(connection, plan_id)
    assert (plan.state, plan.reasons) == ("draft", None)


def test_a_rebase_takes_in_new_buildings_and_keeps_everybody_else(town: Town, desk: Desk) -> None:
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET retired_on = now() WHERE code = 'B53'"))
    plan_id = divide_community(town.engine, town.community, RULES, made_by="甲")
    assert not rebasing.rebase(desk, plan_id).changed
    before = grids_of(town, plan_id)
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET retired_on = NULL WHERE code = 'B53'"))
        connection.execute(sa.text("UPDATE building SET retired_on = now() WHERE code = 'B30'"))
        connection.execute(sa.text("UPDATE building SET households = 44 WHERE code = 'B22'"))
    done = rebasing.rebase(desk, plan_id)
    assert (done.appeared, done.vanished) == (["B53"], ["B30"])
    assert done.households == [(building_id(2, 2), 30, 44)]
    after = grids_of(town, plan_id)
    assert after.pop("B53") is None
    assert before.pop("B30") is not None
    assert after == before
    # A page that drew on the old numbers is told, and moves nothing.
    asked = StrokeRequest(client=uuid4(), ground=done.ground - 1, moves=[(0, None, 0)])
    with pytest.raises(Conflict, match="Load the plan again"):
        drawing.draw(desk, plan_id, asked)
    assert done.snapshot is not None
    keeping.restore(desk, plan_id, done.snapshot, RestoreRequest(client=uuid4()))
    assert grids_of(town, plan_id) == {**before, "B53": None}
    assert not rebasing.rebase(desk, plan_id).changed


def grids_of(town: Town, plan_id: int) -> dict[str, int | None]:
    query = sa.text(
        "SELECT building_code, grid_no FROM assignment JOIN unit USING (ground_id, unit_no) "
        "WHERE plan_id = :plan_id AND building_code IS NOT NULL"
    )
    with town.engine.connect() as connection:
        return {r.building_code: r.grid_no for r in connection.execute(query, {"plan_id": plan_id})}
