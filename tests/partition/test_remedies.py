"""A refusal names changes that were tried and work: each is made and divided again here."""

from __future__ import annotations

import dataclasses

import pytest

from gis.cells import Ground
from gis.errors import Infeasible
from gis.partition.divide import divide
from gis.partition.rules import RuleSet, changed_rules, load_rules
from tests.partition.test_divide import lattice

CAPPED = changed_rules(load_rules("gaoxian-2020"), fill=1.0)  # 150 without a courtyard
ZONES = load_rules("zones-k")


def refused(ground: Ground, rules: RuleSet) -> tuple[str, dict[str, dict[str, object]]]:
    with pytest.raises(Infeasible) as caught:
        divide(ground, rules)
    rows = caught.value.context.get("remedies", [])
    assert isinstance(rows, list)
    return caught.value.message("en"), {row["kind"]: row for row in rows}


def test_a_river_makes_one_grid_too_few_and_a_bridge_or_another_grid_helps() -> None:
    ground = lattice([[20, 30, 40, 20]], river_after=1)
    message, remedies = refused(ground, changed_rules(ZONES, target=1))
    assert set(remedies) == {"target", "barrier"}
    assert remedies["target"]["target"] == 2
    assert remedies["barrier"]["ids"] == ["u1", "u2"]
    assert "the river opened by a bridge or gate between u1 and u2" in message
    borders = ground.borders.assign(passage=ground.borders["runs_along"] == "river")
    bridged = dataclasses.replace(ground, borders=borders)
    assert divide(bridged, changed_rules(ZONES, target=1)).certificate.grids == 1


def test_one_courtyard_too_large_to_move_is_named() -> None:
    ground = lattice([[50, 50, 50, 50]], courtyards={"A": ("old", [0, 1]), "B": ("old", [2, 3])})
    rules = changed_rules(CAPPED, target=3)
    message, remedies = refused(ground, rules)
    assert remedies["target"]["target"] == 2
    assert remedies["courtyard"]["ids"] in (["A"], ["B"])
    units = ground.units.copy()
    (name,) = remedies["courtyard"]["ids"]
    units.loc[units["courtyard_id"] == name, "courtyard_id"] = None
    assert divide(dataclasses.replace(ground, units=units), rules).certificate.grids == 3
    assert f"courtyard {name} split" in message


def test_a_heavy_middle_makes_two_grids_impossible_and_three_possible() -> None:
    ground = lattice([[100, 140, 100]])
    _, remedies = refused(ground, changed_rules(CAPPED, target=2))
    assert remedies["target"]["target"] == 3


def test_fill_is_named_where_the_bare_cap_would_do() -> None:
    ground = lattice([[75, 75, 75, 75]])
    _, remedies = refused(ground, changed_rules(CAPPED, target=2, fill=0.95))
    assert set(remedies) == {"target", "fill"}
    assert divide(ground, changed_rules(CAPPED, target=2, fill=1.0)).certificate.grids == 2


def test_no_more_grids_are_promised_than_there_are_pieces() -> None:
    ground = lattice([[10, 0, 10]])
    message, remedies = refused(ground, changed_rules(ZONES, target=200))
    assert remedies["target"]["target"] == 2
    assert "Ask for at most 2 grids" in message
