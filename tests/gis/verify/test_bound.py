"""The verifier's bound never exceeds what a search through all divisions finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.partition.bounds import bin_bound, fewest_grids
from gis.partition.fewest import divide_graph
from gis.partition.graph import piece_graph
from gis.verify.bound import bins_l2, lower_bound
from gis.verify.graph import Touching
from gis.verify.loads import Recount

Pairs = list[tuple[int, int]]


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """All ways to part items into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for groups in partitions(rest):
        yield [[first], *groups]
        for n, group in enumerate(groups):
            yield [*groups[:n], [first, *group], *groups[n + 1 :]]


def connected(group: list[int], pairs: Pairs) -> bool:
    reached, edge = {group[0]}, {group[0]}
    while edge:
        edge = {
            b
            for pair in pairs
            for a, b in (pair, pair[::-1])
            if a in edge and b in group and b not in reached
        }
        reached |= edge
    return len(reached) == len(group)


def fewest(loads: list[int], pairs: Pairs, target: int) -> int:
    """Least number of loaded groups, connected and within the target or of one loaded piece."""
    return min(
        sum(any(loads[p] for p in group) for group in groups)
        for groups in partitions(list(range(len(loads))))
        if all(
            connected(group, pairs)
            and (sum(loads[p] for p in group) <= target or sum(loads[p] > 0 for p in group) == 1)
            for group in groups
        )
    )


def counted(loads: list[int], pairs: Pairs, target: int) -> Recount:
    """A community whose units are its pieces."""
    n = len(loads)
    i = np.array([a for a, _ in pairs], dtype=np.int64)
    j = np.array([b for _, b in pairs], dtype=np.int64)
    own = np.arange(n, dtype=np.int64)
    graph = Touching(n, i, j)
    load = np.array(loads, dtype=np.int64)
    return Recount(graph, load, max(loads, default=1) + target, target, own, graph.parts(), own)


@st.composite
def graphs(draw: st.DrawFn, most: int) -> tuple[list[int], Pairs, int]:
    n = draw(st.integers(1, most))
    target = draw(st.integers(1, 20))
    loads = draw(st.lists(st.integers(0, target + 3), min_size=n, max_size=n))
    everyone = [(a, b) for a in range(n) for b in range(a + 1, n)]
    pairs = draw(st.lists(st.sampled_from(everyone), unique=True)) if everyone else []
    return loads, pairs, target


@given(graphs(most=6))
def test_no_division_goes_below_the_bound(graph: tuple[list[int], Pairs, int]) -> None:
    loads, pairs, target = graph
    assert lower_bound(counted(loads, pairs, target)) <= fewest(loads, pairs, target)


@given(graphs(most=25))
def test_engine_and_verifier_find_the_same_bound(graph: tuple[list[int], Pairs, int]) -> None:
    loads, pairs, target = graph
    count = counted(loads, pairs, target)
    engine = piece_graph(count.load, count.graph.i, count.graph.j)
    assert lower_bound(count) == fewest_grids(engine, target).grids


@given(graphs(most=8))
def test_prices_show_the_same_to_engine_and_verifier(graph: tuple[list[int], Pairs, int]) -> None:
    loads, pairs, target = graph
    count = counted(loads, pairs, target)
    engine = piece_graph(count.load, count.graph.i, count.graph.j)
    for part in np.unique(count.component[count.load > 0]):
        nodes = np.flatnonzero(count.component == part)
        found = divide_graph(engine.part(nodes), target, np.random.default_rng(1))
        own = np.arange(len(nodes), dtype=np.int64)
        i, j = engine.part(nodes).i, engine.part(nodes).j
        touching = Touching(len(nodes), i, j)
        load = count.load[nodes]
        alone = Recount(touching, load, count.capacity, target, own, touching.parts(), own)
        assert lower_bound(alone, found.bound.price) >= found.bound.grids
        assert lower_bound(alone, found.bound.price) <= found.labels.max() + 1


@given(graphs(most=6), st.lists(st.integers(-50, 50), min_size=6, max_size=6))
def test_no_prices_whatever_show_more_than_there_is(
    graph: tuple[list[int], Pairs, int], prices: list[int]
) -> None:
    loads, pairs, target = graph
    count = counted(loads, pairs, target)
    price = np.array(prices[: len(loads)], dtype=np.int64)
    assert lower_bound(count, price) <= fewest(loads, pairs, target)


@given(st.integers(1, 30).flatmap(lambda c: st.tuples(st.lists(st.integers(0, c)), st.just(c))))
def test_engine_and_verifier_need_the_same_bins(items: tuple[list[int], int]) -> None:
    sizes, capacity = np.array(items[0], dtype=np.int64), items[1]
    assert bins_l2(sizes, capacity) == bin_bound(sizes, capacity)
    assert bins_l2(sizes, capacity) >= -(-int(sizes.sum()) // capacity)


def test_a_chain_of_lone_pieces_needs_one_grid_each() -> None:
    """Load 6 beside load 6: no two share a target of 10, whatever the total says."""
    count = counted([6, 6, 6, 0, 6], [(0, 1), (1, 2), (2, 3), (3, 4)], 10)
    assert lower_bound(count) == 4


def test_pieces_meet_across_empty_ground() -> None:
    """Loads 3, 4 and 9 around a park: 3 and 4 meet across it, 9 finds no partner."""
    count = counted([3, 4, 9, 0], [(0, 3), (1, 3), (2, 3)], 10)
    assert lower_bound(count) == 2
