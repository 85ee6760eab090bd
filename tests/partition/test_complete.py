"""Completion keeps every drawn grid and divides the rest by the rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gis.cells import Ground
from gis.errors import Infeasible, InputError
from gis.io.package import DividedCommunity, write_package
from gis.partition.complete import Grow, complete
from gis.partition.divide import divide
from gis.partition.rules import changed_rules, load_rules
from gis.verify import verify_package
from tests.gis.towns import Town, slabs
from tests.partition.test_divide import assert_lawful, lattice, lattices

RULES = load_rules("gaoxian-2020")
QUICK = settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
grows = st.sampled_from(["never", "pockets", "room"])


@QUICK
@given(data=st.data(), ground=lattices(), grow=grows)
def test_lawful_grids_are_kept_and_the_rest_is_lawful(
    data: st.DataObject, ground: Ground, grow: Grow
) -> None:
    labels = divide(ground, RULES).labels
    kept = data.draw(st.sets(st.sampled_from(sorted(set(labels.tolist())))))
    drawn = np.where(np.isin(labels, sorted(kept)), labels, -1)
    found = complete(ground, RULES, drawn, grow=grow)
    assert (found.plan.labels[drawn >= 0] == drawn[drawn >= 0]).all()
    assert found.plan.households_moved == 0
    assert found.plan.problems == ()
    assert_lawful(ground, found.plan.division)
    if grow == "never":
        assert found.made >= found.least
        taken = np.isin(found.plan.labels, sorted(kept)) & (drawn < 0)
        assert ground.units["households"].to_numpy()[taken].sum() == 0


@QUICK
@given(data=st.data(), ground=lattices(), grow=grows)
def test_whatever_is_drawn_stays_and_every_unit_gets_a_grid(
    data: st.DataObject, ground: Ground, grow: Grow
) -> None:
    n = len(ground.units)
    drawn = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)))
    plan = complete(ground, RULES, drawn, grow=grow).plan
    assert (plan.labels[drawn >= 0] == drawn[drawn >= 0]).all()
    assert (plan.labels >= 0).all()
    new = {int(x) for x in plan.labels} - {int(x) for x in drawn}
    assert not {p.grid_no for p in plan.problems} & new
    assert plan.division.certificate.grids >= plan.division.certificate.lower_bound


def test_nothing_drawn_is_a_division() -> None:
    ground = lattice([[50] * 4] * 3)
    found = complete(ground, RULES, np.full(12, -1))
    certificate = divide(ground, RULES).certificate
    assert found.made == certificate.grids
    assert found.least <= certificate.lower_bound  # drawing must not wait for prices


def test_a_pocket_joins_a_drawn_neighbour_unless_that_may_not_grow() -> None:
    ground = lattice([[40, 20, 100]])
    drawn = [0, -1, 1]
    assert complete(ground, RULES, drawn).plan.labels.tolist() == [0, 0, 1]
    assert complete(ground, RULES, drawn, grow="never").plan.labels.tolist() == [0, 2, 1]
    assert complete(ground, RULES, drawn, locked=[0]).plan.labels.tolist() == [0, 1, 1]
    both = complete(ground, RULES, drawn, locked=[0, 1]).plan
    assert both.labels.tolist() == [0, 2, 1]


def test_what_would_fill_half_a_grid_is_no_pocket() -> None:
    ground = lattice([[40, 80, 100]])
    drawn = [0, -1, 1]
    assert complete(ground, RULES, drawn).plan.labels.tolist() == [0, 2, 1]
    assert complete(ground, RULES, drawn, grow="room").plan.labels.tolist() == [0, 0, 1]


def test_the_rest_of_a_courtyard_joins_the_grid_that_has_its_other_part() -> None:
    ground = lattice([[30, 40, 40, 30]], courtyards={"a": ("old", [1, 2])})
    found = complete(ground, RULES, [0, 0, -1, -1])
    assert found.plan.labels.tolist() == [0, 0, 0, 0]
    torn = complete(ground, RULES, [0, 0, -1, -1], grow="never")
    assert torn.plan.labels.tolist() == [0, 0, 1, 1]
    assert [p.kind for p in torn.plan.problems] == ["courtyard_split"]


def test_a_drawn_grid_that_breaks_a_rule_is_kept_and_named() -> None:
    ground = lattice([[100, 100, 20], [0, 20, 20]])
    plan = complete(ground, RULES, [0, 0, -1, 0, -1, -1]).plan
    assert plan.labels.tolist()[:2] == [0, 0]
    assert [(p.kind, p.grid_no) for p in plan.problems] == [("over_cap", 0)]


def test_exactly_k_counts_the_drawn_grids() -> None:
    zones = changed_rules(load_rules("zones-k"), target=3)
    ground = lattice([[10] * 6] * 2)
    drawn = np.array([0, 0, -1, -1, -1, -1] * 2)
    plan = complete(ground, zones, drawn).plan
    assert plan.grids == 3
    assert sorted(plan.division.grids["households"]) == [40, 40, 40]
    with pytest.raises(Infeasible, match="1 are drawn"):
        complete(ground, changed_rules(zones, target=1), drawn)


def test_drawn_grids_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError, match="2 whole numbers"):
        complete(lattice([[10, 10]]), RULES, [0])
    with pytest.raises(InputError, match="no grid 4"):
        complete(lattice([[10, 10]]), RULES, [0, -1], locked=[4])


def test_a_completed_town_is_verified(tmp_path: Path) -> None:
    ground = Town(buildings=slabs(6, 6)).ground()
    rules = load_rules("micro-30-50")
    labels = divide(ground, rules).labels
    found = complete(ground, rules, np.where(labels < 4, labels, -1))
    place = DividedCommunity("community", "town", ground, found.plan.division)
    findings = verify_package(write_package(tmp_path / "plan.gpkg", [place]))
    assert [f.promise for f in findings if not f.holds] == []
