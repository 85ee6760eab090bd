"""Plans of a community with a building above the cap: its stairwells are units of their own."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from api.services.plans import divide_community, plan_state
from api.services.publishing import handover, publish_plan
from gis.errors import WrongColumns
from gis.partition.rules import RuleSet, changed_rules
from gis.store.bulk import copy_frame
from tests.api.services.conftest import Town

TODAY = date(2026, 3, 2)
HIGH = RuleSet(name="high", source="test", caps={"default": 5000})
LOW = RuleSet(name="low", source="test", caps={"default": 150})


def raise_tower(town: Town, *, declared: bool) -> None:
    """Give the building B23 400 households in four stairwells."""
    with town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE building SET households = 400, stairwells = 4 WHERE code = 'B23'")
        )
        rows = pd.DataFrame({"code": [f"B23-{n}-" for n in "1234"], "number": list("1234")})
        if declared:
            counts = rows.assign(building_code="B23", households=[130, 110, 90, 70])
            copy_frame(connection, "stairwell", counts)


def divided(town: Town, rules: RuleSet) -> int:
    return divide_community(town.engine, town.community, rules, made_by="planner")


def units(town: Town, plan_id: int) -> pd.DataFrame:
    query = sa.text(
        "SELECT unit.*, assignment.grid_no FROM assignment JOIN unit USING (ground_id, unit_no) "
        "WHERE plan_id = :plan_id AND building_code = 'B23' ORDER BY unit_no"
    )
    with town.engine.connect() as connection:
        return pd.read_sql(query, connection, params={"plan_id": plan_id})


@pytest.mark.parametrize("declared", [True, False])
def test_a_tower_is_stored_stairwell_by_stairwell(town: Town, declared: bool) -> None:
    raise_tower(town, declared=declared)
    plan_id = divided(town, LOW)
    tower = units(town, plan_id)
    assert tower["kind"].tolist() == ["stairwell"] * 4
    counts = [130, 110, 90, 70] if declared else [100] * 4
    assert tower["households"].tolist() == counts
    assert tower["households_estimated"].tolist() == [not declared] * 4
    state = plan_state(town.engine, plan_id)
    assert state.problems == ()
    assert not state.drift
    with town.engine.connect() as connection:
        grids = connection.execute(
            sa.text("SELECT posts_needed, round_m FROM plan_grid WHERE plan_id = :p"),
            {"p": plan_id},
        ).all()
    assert all(row.posts_needed == 1 and row.round_m >= 0 for row in grids)
    assert max(row.round_m for row in grids) > 50


def test_rule_sets_that_divide_the_same_buildings_share_a_ground(town: Town) -> None:
    raise_tower(town, declared=False)
    plans = [divided(town, r) for r in (HIGH, LOW, changed_rules(HIGH, fill=0.5), LOW)]
    query = sa.text("SELECT ground_id FROM plan WHERE id = :plan_id")
    with town.engine.connect() as connection:
        grounds = [connection.execute(query, {"plan_id": p}).scalar_one() for p in plans]
    assert grounds[0] == grounds[2]
    assert grounds[1] == grounds[3] != grounds[0]


def test_a_divided_tower_is_handed_over_from_its_old_grid_and_back(town: Town) -> None:
    raise_tower(town, declared=False)
    whole, parted, again = divided(town, HIGH), divided(town, LOW), divided(town, HIGH)
    days = [date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1)]
    for plan_id, day in zip((whole, parted, again), days, strict=True):
        publish_plan(town.engine, plan_id, valid_from=day, published_by="planner", today=TODAY)
    out = handover(town.engine, parted)
    tower = out[out["building_id"] == "B23"]
    assert set(tower["unit_id"]) <= {f"B23-{n}" for n in range(1, 5)}
    assert tower["from_grid"].notna().all()
    assert tower["to_grid"].notna().all()
    back = handover(town.engine, again)
    tower = back[back["building_id"] == "B23"]
    assert tower["from_grid"].notna().all()
    assert tower["to_grid"].notna().all()


def test_a_stored_column_of_the_buildings_can_be_divided_and_another_is_named(town: Town) -> None:
    with town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET residents = 2 + id % 3"))
    zones = RuleSet(name="zones", source="test", caps={}, target=3, weight="residents", fill=1.0)
    plan_id = divided(town, zones)
    assert plan_state(town.engine, plan_id).problems == ()
    assert units(town, plan_id)["weights"].iloc[0]["residents"] in (2, 3, 4)
    with pytest.raises(WrongColumns, match="enterprises"):
        divided(town, changed_rules(zones, weight="enterprises"))
