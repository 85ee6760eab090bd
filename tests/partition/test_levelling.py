"""Grids under the minimum: lifted where neighbours can spare, named with the reason elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition.divide import divide
from gis.partition.engine import Effort, Wishes
from gis.partition.levelling import lift_small
from gis.partition.rules import RuleSet
from tests.partition.test_divide import assert_lawful, lattice
from tests.partition.test_engine import lattice as lattice_graph

RULES = RuleSet(name="x", source="x", caps={"default": 500}, minimum=300, fill=1.0)


def test_a_small_grid_takes_from_a_neighbour_that_can_spare() -> None:
    # In a row of houses: 450 and 200 become 350 and 300.
    graph = lattice_graph(13, 1, [50] * 13)
    labels = np.array([0] * 9 + [1] * 4)
    lifted = lift_small(graph, labels, 500, np.random.default_rng(1), Wishes(low=300), Effort())
    assert sorted(np.bincount(lifted, graph.load).tolist()) == [300, 350]
    assert lifted.max() == 1


def test_two_neighbours_lift_what_one_cannot() -> None:
    # 350, 200, 350: one neighbour leaves 275 at best, two leave 300 each.
    graph = lattice_graph(18, 1, [50] * 18)
    labels = np.repeat([0, 1, 2], [7, 4, 7])
    lifted = lift_small(graph, labels, 500, np.random.default_rng(1), Wishes(low=300), Effort())
    assert np.bincount(lifted, graph.load).tolist() == [300, 300, 300]


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 200), min_size=5, max_size=5), min_size=4, max_size=4))
def test_what_is_lifted_keeps_every_rule(rows: list[list[int]]) -> None:
    ground = lattice(rows)
    assert_lawful(ground, divide(ground, RULES))


@pytest.mark.parametrize(
    ("row", "river", "why"),
    [
        ([100, 100, 400, 100], 1, "their part of the community has fewer"),
        ([260, 260], None, "the fewest grids that the cap allows are more"),
    ],
)
def test_a_grid_that_must_stay_small_says_why(row: list[int], river: int | None, why: str) -> None:
    certificate = divide(lattice([row], river_after=river), RULES).certificate
    told = [r["en"] for r in certificate.reasons if "under the minimum" in r["en"]]
    assert len(told) == 1
    assert why in told[0]
