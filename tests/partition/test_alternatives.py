"""Alternatives are lawful, good, and clearly different from each other."""

from __future__ import annotations

import numpy as np
import pytest

from gis.errors import InputError
from gis.measures import households_moved
from gis.partition.alternatives import alternatives
from gis.partition.engine import Effort
from gis.partition.rules import load_rules
from tests.partition.test_divide import assert_lawful, lattice

RULES = load_rules("gaoxian-2020")
QUICK = Effort(flips=100, restarts=2)


@pytest.fixture(scope="module")
def counts() -> list[list[int]]:
    return np.random.default_rng(4).integers(5, 40, (7, 7)).tolist()  # type: ignore[no-any-return]


def test_five_plans_differ_by_a_sixth_of_the_households(counts: list[list[int]]) -> None:
    ground = lattice(counts)
    found = alternatives(ground, RULES, effort=QUICK)
    households = ground.units["households"].to_numpy()
    assert len(found.divisions) == 5
    for k, one in enumerate(found.divisions):
        assert_lawful(ground, one)
        assert one.rules == RULES
        for other in found.divisions[:k]:
            moved = households_moved(one.labels, other.labels, households)
            assert moved >= 0.15 * households.sum()
    assert found.table["different"].tolist()[0] == 0
    assert (found.table["different_share"][1:] >= 0.15).all()
    assert found.table["grids"].max() <= found.table["grids"].iloc[0] + 1


def test_where_the_ground_leaves_no_choice_there_is_one_plan() -> None:
    found = alternatives(lattice([[140, 140, 140]]), RULES, effort=QUICK)
    assert len(found.divisions) == 1
    assert found.table.index.tolist() == [1]


def test_the_same_seed_gives_the_same_plans(counts: list[list[int]]) -> None:
    one, two = (alternatives(lattice(counts), RULES, most=2, effort=QUICK) for _ in range(2))
    assert [d.labels.tolist() for d in one.divisions] == [d.labels.tolist() for d in two.divisions]


@pytest.mark.parametrize(("most", "apart"), [(0, 0.15), (6, 0.15), (2, 0.0), (2, 1.1)])
def test_numbers_out_of_range_are_refused(most: int, apart: float) -> None:
    with pytest.raises(InputError, match="1 to 5"):
        alternatives(lattice([[10, 10]]), RULES, most=most, apart=apart)
