"""Micro grids of the database: inside the base grids of a plan, with two more digits."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa

from api.schemas.planning import GridPatch, NewGrid, NewGridRequest, Stroked, StrokeRequest
from api.services import assignment_files, drawing
from api.services.desk import Desk
from api.services.editor import editor_document
from api.services.ground_memory import GroundMemory
from api.services.plans import adopt_grids, divide_community, plan_state
from api.services.publishing import publish_plan
from gis.errors import Conflict, InputError, NotFound
from gis.partition.rules import RuleSet, load_rules
from gis.store import plans as store
from gis.store.sight import EVERYWHERE
from tests.api.services.conftest import Town, half_grids
from tests.api.services.test_workflow import PLANNER

TODAY = date(2026, 3, 2)
BASE = RuleSet(name="base", source="test", caps={"default": 150})
MICRO = load_rules("micro-30-50")


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())


def divided(town: Town, rules: RuleSet, within: int | None = None) -> int:
    return divide_community(town.engine, town.community, rules, made_by="planner", within=within)


def codes(town: Town, plan_id: int) -> dict[str, str]:
    query = sa.text(
        "SELECT unit.building_code, plan_grid.code FROM assignment "
        "JOIN unit USING (ground_id, unit_no) JOIN plan_grid USING (plan_id, grid_no) "
        "WHERE plan_id = :plan_id AND unit.building_code IS NOT NULL"
    )
    with town.engine.connect() as connection:
        return {r[0]: r[1] for r in connection.execute(query, {"plan_id": plan_id})}


def test_micro_grids_lie_in_base_grids_and_carry_their_codes(town: Town) -> None:
    base = divided(town, BASE)
    micro = divided(town, MICRO, within=base)
    state = plan_state(town.engine, micro)
    assert state.plan.tier == "micro"
    assert state.problems == ()
    for plan_id in (base, micro):
        publish_plan(town.engine, plan_id, valid_from=TODAY, published_by="planner", today=TODAY)
    outer, inner = codes(town, base), codes(town, micro)
    assert all(len(code) == 17 for code in inner.values())
    assert all(inner[building].startswith(outer[building]) for building in outer)


def test_only_a_plan_of_base_grids_of_the_same_community_can_be_nested_in(town: Town) -> None:
    base = divided(town, BASE)
    micro = divided(town, MICRO, within=base)
    with pytest.raises(Conflict, match="no plan of base grids"):
        divided(town, MICRO, within=micro)
    with pytest.raises(NotFound):
        divided(town, MICRO, within=999_999)


def test_a_plan_redrawn_by_hand_is_nested_in_as_it_stands(town: Town) -> None:
    base = divided(town, BASE)
    with town.engine.begin() as connection:
        labels = store.read_labels(connection, base)
        unit = int(np.flatnonzero(labels == 0)[0])
        store.apply_moves(connection, base, [store.Move(unit, 0, 1)])
    micro = divided(town, MICRO, within=base)
    with town.engine.connect() as connection:
        outer, inner = (store.read_labels(connection, p) for p in (base, micro))
    for grid in np.unique(inner):
        assert len(np.unique(outer[inner == grid])) == 1


def kinds(town: Town, plan_id: int) -> set[str]:
    with town.engine.connect() as connection:
        return set(store.read_grids(connection, plan_id)["kind"])


def test_new_grids_of_a_micro_plan_are_micro(town: Town, desk: Desk) -> None:
    plan = divided(town, MICRO, within=divided(town, BASE))
    drawing.add_grid(desk, plan, NewGridRequest(client=uuid4()))
    table = "楼栋编码,网格名称\nB00,新微网格\n"
    made = assignment_files.read_assignment(desk, plan, table.encode(), "csv", new_grids=True)
    asked = StrokeRequest(
        client=uuid4(), ground=made.ground, moves=made.moves, grids=made.grids, action="import"
    )
    assert [g.name for g in drawing.draw(desk, plan, asked).grids if g.units] == ["新微网格"]
    assert kinds(town, plan) == {"micro"}
    base = NewGrid(no=99, name="基", kind="base")
    attempts: tuple[Callable[[], Stroked], ...] = (
        lambda: drawing.add_grid(desk, plan, NewGridRequest(client=uuid4(), kind="special")),
        lambda: drawing.change_grid(desk, plan, 0, GridPatch(client=uuid4(), kind="base")),
        lambda: drawing.draw(
            desk, plan, asked.model_copy(update={"client": uuid4(), "grids": [base]})
        ),
    )
    for attempt in attempts:
        with pytest.raises(InputError, match="is one of micro grids") as refused:
            attempt()
        assert "请不填类别" in refused.value.zh


def test_a_micro_grid_where_nobody_lives_is_micro_all_the_same(town: Town) -> None:
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 0"))
    assert kinds(town, divided(town, BASE)) == {"special"}
    assert kinds(town, divided(town, MICRO)) == {"micro"}


def test_grids_adopted_under_micro_rules_are_base_grids(town: Town, desk: Desk) -> None:
    plan, _ = adopt_grids(town.engine, town.community, half_grids(), MICRO, made_by="甲")
    with town.engine.connect() as connection:
        told = editor_document(connection, EVERYWHERE, plan, PLANNER, GroundMemory())
    assert json.loads(told)["rules"]["grid_kind"] == "base"
    drawing.add_grid(desk, plan, NewGridRequest(client=uuid4()))
    assert kinds(town, plan) == {"base"}


@pytest.mark.parametrize(
    ("rules", "drawn_as", "stands_as"),
    [(BASE, "micro", "base"), (BASE, "special", "special"), (MICRO, "special", "micro")],
)
def test_what_is_published_is_of_the_tier_of_its_plan(
    town: Town, rules: RuleSet, drawn_as: str, stands_as: str
) -> None:
    """Drafts of earlier versions and adopted files may call their grids otherwise."""
    base = divided(town, BASE)
    plan = divided(town, MICRO, within=base) if rules is MICRO else base
    with town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE plan_grid SET kind = :kind WHERE plan_id = :plan"),
            {"kind": drawn_as, "plan": plan},
        )
    for one in dict.fromkeys((base, plan)):
        publish_plan(town.engine, one, valid_from=TODAY, published_by="planner", today=TODAY)
    stands = sa.text(
        "SELECT DISTINCT grid.kind FROM grid JOIN grid_period ON grid_id = grid.id "
        "WHERE plan_id = :plan"
    )
    with town.engine.connect() as connection:
        assert connection.execute(stands, {"plan": plan}).scalars().all() == [stands_as]
    assert kinds(town, plan) == {stands_as}
