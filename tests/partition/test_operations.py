"""Splitting one grid and merging some: what comes out, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.cells import Ground
from gis.errors import Infeasible, InputError
from gis.partition.divide import divide
from gis.partition.operations import merge, split
from gis.partition.rules import changed_rules, load_rules
from tests.partition.test_divide import assert_lawful, lattice, lattices

RULES = load_rules("gaoxian-2020")


def test_a_grid_is_split_evenly_and_the_larger_part_keeps_its_number() -> None:
    ground = lattice([[20, 30, 30, 30, 10]])
    plan = split(ground, RULES, [4, 4, 4, 4, 9], 4, 2)
    assert plan.labels.tolist() == [10, 10, 4, 4, 9]
    assert plan.households_moved == 50
    assert plan.new == (10,)
    assert_lawful(ground, plan.division)


@settings(max_examples=20)
@given(data=st.data(), ground=lattices())
def test_a_split_changes_no_other_grid_and_merging_undoes_it(
    data: st.DataObject, ground: Ground
) -> None:
    rules = changed_rules(RULES, keep_courtyards=False)
    labels = divide(ground, rules).labels
    households = ground.units["households"].to_numpy()
    several = [int(g) for g in np.unique(labels) if (households[labels == g] > 0).sum() > 1]
    if not several:
        return
    grid = data.draw(st.sampled_from(several))
    plan = split(ground, rules, labels, grid, 2)
    assert (plan.labels[labels != grid] == labels[labels != grid]).all()
    assert_lawful(ground, plan.division)
    back = merge(ground, rules, plan.labels, [grid, *plan.new])
    assert len(back.numbers) == len(np.unique(labels))
    assert_lawful(ground, back.division)


def test_courtyards_stay_whole_when_a_grid_is_split() -> None:
    ground = lattice([[10, 40, 40, 10]], courtyards={"a": ("old", [1, 2])})
    plan = split(ground, RULES, [0, 0, 0, 0], 0, 2)
    assert plan.labels[1] == plan.labels[2]
    with pytest.raises(Infeasible, match="only 3 indivisible"):
        split(ground, RULES, [0, 0, 0, 0], 0, 4)


def test_merged_grids_keep_the_number_of_the_larger() -> None:
    ground = lattice([[20, 30, 40]])
    plan = merge(ground, RULES, [0, 1, 2], [0, 1])
    assert plan.labels.tolist() == [1, 1, 2]
    assert plan.households_moved == 20
    assert plan.gone == (0,)


def test_a_merger_over_the_cap_says_which_cap_and_by_how_much() -> None:
    ground = lattice([[90, 90]])
    with pytest.raises(Infeasible, match=r"120\.0% of the cap, 20\.0% too much") as refused:
        merge(ground, RULES, [0, 1], [0, 1])
    assert refused.value.context["households"] == {"none": 180}
    assert refused.value.context["caps"] == {"none": 150}
    assert "180" in refused.value.zh


@pytest.mark.parametrize("river", [None, 0])
def test_grids_that_do_not_touch_are_not_merged(river: int | None) -> None:
    ground = lattice([[20, 20, 20]], river_after=river)
    grids = [0, 2] if river is None else [0, 1]
    with pytest.raises(Infeasible, match="contiguous"):
        merge(ground, RULES, [0, 1, 2], grids)


def test_a_grid_in_two_pieces_is_not_split() -> None:
    with pytest.raises(Infeasible, match="2 pieces that do not touch"):
        split(lattice([[20, 20, 20]]), RULES, [0, 1, 0], 0, 2)


def test_too_heavy_a_grid_needs_more_parts() -> None:
    with pytest.raises(Infeasible, match="cannot be split into 2 within the cap"):
        split(lattice([[100, 100, 100]]), RULES, [0, 0, 0], 0, 2)


def test_a_locked_grid_is_neither_split_nor_merged() -> None:
    ground = lattice([[20, 20, 20]])
    with pytest.raises(Infeasible, match="locked"):
        split(ground, RULES, [0, 0, 1], 0, 2, locked=[0])
    with pytest.raises(Infeasible, match="locked"):
        merge(ground, RULES, [0, 0, 1], [0, 1], locked=[1])


def test_bad_requests_are_named() -> None:
    ground = lattice([[20, 20, 20]])
    with pytest.raises(InputError, match="no grid 7"):
        split(ground, RULES, [0, 0, 1], 7, 2)
    with pytest.raises(InputError, match="at least 2 parts"):
        split(ground, RULES, [0, 0, 1], 0, 1)
    with pytest.raises(InputError, match="at least two"):
        merge(ground, RULES, [0, 0, 1], [1, 1])
    with pytest.raises(InputError, match="no grid -1"):
        merge(ground, RULES, [0, -1, 1], [0, -1])
