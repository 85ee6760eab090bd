"""Micro grids of the database: inside the base grids of a plan, with two more digits."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import sqlalchemy as sa

from api.services.plans import divide_community, plan_state
from api.services.publishing import publish_plan
from gis.errors import Conflict, NotFound
from gis.partition.rules import RuleSet, load_rules
from gis.store import plans as store
from tests.api.services.conftest import Town

TODAY = date(2026, 3, 2)
BASE = RuleSet(name="base", source="test", caps={"default": 150})
MICRO = load_rules("micro-30-50")


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
