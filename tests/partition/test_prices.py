"""Laws of the price bound: never above what brute force finds, and stronger than bins."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.partition.bounds import fewest_grids
from gis.partition.engine import QUICK, Effort
from gis.partition.fewest import divide_graph
from gis.partition.graph import PieceGraph, connected_parts, piece_graph
from gis.partition.prices import PriceEffort, Prices, price_bound
from gis.partition.recombine import Pool, recombined


@st.composite
def small_graphs(draw: st.DrawFn) -> PieceGraph:
    """A connected graph of up to 8 pieces; some without load, some heavy."""
    n = draw(st.integers(2, 8))
    tree = [draw(st.integers(0, v - 1)) for v in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=6))
    load = draw(st.lists(st.integers(0, 10), min_size=n, max_size=n))
    i, j = [*tree, *(a for a, _ in more)], [*range(1, n), *(b for _, b in more)]
    return piece_graph(load, i, j)


def possible_grids(graph: PieceGraph, target: int) -> list[frozenset[int]]:
    """Every connected set within the target."""
    sets = []
    for size in range(1, graph.size + 1):
        for chosen in itertools.combinations(range(graph.size), size):
            where = np.zeros(graph.size, bool)
            where[list(chosen)] = True
            if int(graph.load[where].sum()) > target:
                continue
            if connected_parts(graph.size, graph.i, graph.j, where).max() == 0:
                sets.append(frozenset(chosen))
    return sets


def fewest_of_all(graph: PieceGraph, target: int) -> int:
    """Fewest grids that hold every loaded piece once, by trying all."""
    sets = [s for s in possible_grids(graph, target) if any(graph.load[v] for v in s)]
    best = graph.size

    def cover(held: frozenset[int], used: int) -> None:
        nonlocal best
        left = [v for v in range(graph.size) if graph.load[v] and v not in held]
        if not left:
            best = min(best, used)
        elif used + 1 < best:
            for s in sets:
                if left[0] in s and not s & held:
                    cover(held | s, used + 1)

    cover(frozenset(), 0)
    return best


def bound_of(graph: PieceGraph, target: int) -> Prices | None:
    """Prices without any division known."""
    return price_bound(graph, target, [], enough=graph.size)


@given(small_graphs())
def test_no_grid_is_worth_more_than_the_most_and_no_division_beats_the_bound(
    graph: PieceGraph,
) -> None:
    prices = bound_of(graph, 10)
    if prices is None:
        assert not graph.load.any()
        return
    worth = [sum(int(prices.price[v]) for v in s) for s in possible_grids(graph, 10)]
    assert max(worth) <= prices.most
    assert prices.grids <= fewest_of_all(graph, 10)


@given(small_graphs(), st.integers(0, 3))
def test_small_graphs_get_the_fewest_grids(graph: PieceGraph, seed: int) -> None:
    if not graph.load.any():
        return
    found = divide_graph(graph, 10, np.random.default_rng(seed))
    assert found.labels.max() + 1 == fewest_of_all(graph, 10)
    assert found.bound.grids <= found.labels.max() + 1


def test_prices_see_what_bins_do_not() -> None:
    """Two pieces that would share a grid lie at the two ends of a row too heavy between them."""
    row = piece_graph([5, 8, 5, 8, 5], [0, 1, 2, 3], [1, 2, 3, 4])
    prices = bound_of(row, 13)
    assert prices is not None
    assert prices.grids == 3
    star = piece_graph([3, 9, 9, 9, 1], [0, 0, 0, 0], [1, 2, 3, 4])  # only one may take the middle
    prices = bound_of(star, 12)
    assert prices is not None
    assert prices.grids == 4
    assert fewest_grids(star, 12).by_total == 3


def test_a_connector_serves_one_grid_only() -> None:
    """Four half-full pieces around a park: only one pair can join across it."""
    park = piece_graph([0, 5, 5, 5, 5], [0, 0, 0, 0], [1, 2, 3, 4])
    prices = bound_of(park, 10)
    assert prices is not None
    assert (fewest_grids(park, 10).grids, prices.grids) == (2, 3)


def test_scaling_all_loads_changes_nothing() -> None:
    loads = np.array([5, 8, 5, 8, 5, 2, 2])
    i, j = [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]
    once = bound_of(piece_graph(loads, i, j), 13)
    coarse = bound_of(piece_graph(loads * 1_000_003, i, j), 13 * 1_000_003)
    assert once is not None
    assert coarse is not None
    assert once.grids == coarse.grids == 3


@pytest.mark.parametrize(
    "effort", [PriceEffort(rounds=0), PriceEffort(nodes=3)], ids=["no rounds", "few nodes"]
)
def test_beyond_the_effort_there_are_no_prices(effort: PriceEffort) -> None:
    row = piece_graph([5, 8, 5, 8, 5], [0, 1, 2, 3], [1, 2, 3, 4])
    assert price_bound(row, 13, [], enough=5, effort=effort) is None


def test_grids_of_two_poor_divisions_make_a_good_one() -> None:
    """Each division is good in one half of a row only."""
    row = piece_graph([5] * 8, range(7), range(1, 8))
    pool = Pool()
    pool.take(np.array([0, 0, 1, 1, 2, 3, 3, 4]))
    pool.take(np.array([0, 1, 1, 2, 3, 3, 4, 4]))
    labels = recombined(row, pool.grids, 4)
    assert labels is not None
    assert labels.max() + 1 == 4
    assert recombined(row, pool.grids, 3) is None
    assert recombined(row, [np.array([0, 1])], 4) is None  # what is left over is nowhere


def test_quick_answers_are_valid_and_the_same_again() -> None:
    rng = np.random.default_rng(5)
    load = rng.integers(0, 9, 60)
    i = np.r_[np.arange(59), np.arange(50)]
    j = np.r_[np.arange(1, 60), np.arange(10, 60)]
    graph = piece_graph(load, i, j)
    for effort in (QUICK, Effort()):
        first, again = (
            divide_graph(graph, 20, np.random.default_rng(2), effort=effort) for _ in "ab"
        )
        assert (first.labels == again.labels).all()
        sums = np.bincount(first.labels, load)
        assert sums.max() <= 20
        same = first.labels[graph.i] == first.labels[graph.j]
        assert connected_parts(60, graph.i[same], graph.j[same]).max() == first.labels.max()


def test_each_better_division_is_told_with_its_bound() -> None:
    """Two rows and a lone heavy piece: what is told counts all parts, and ends at the answer."""
    load = [5, 8, 5, 8, 5, 20, 5, 8, 5, 8, 5]
    i, j = list(range(10)), list(range(1, 11))
    heard: list[tuple[int, int]] = []
    effort = Effort(tell=lambda grids, least: heard.append((grids, least)))
    found = divide_graph(piece_graph(load, i, j), 13, np.random.default_rng(1), effort=effort)
    assert heard[-1][0] == found.labels.max() + 1 == 7
    assert all(least <= found.bound.grids for _, least in heard)
