"""The engine on drawn lattices and random graphs: laws of every division, and its bound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InputError
from gis.partition.bounds import bin_bound, fewest_grids
from gis.partition.engine import Effort, Wishes, exactly
from gis.partition.fewest import divide_graph
from gis.partition.graph import Ints, PieceGraph, piece_graph

CAP = 10


def lattice(width: int, height: int, load: list[int]) -> PieceGraph:
    number = np.arange(width * height).reshape(height, width)
    i = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    j = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    x, y = np.tile(np.arange(width), height) * 30.0, np.repeat(np.arange(height), width) * 30.0
    return piece_graph(load, i, j, x=x, y=y, length=np.full(len(i), 30.0))


@st.composite
def connected_graphs(draw: st.DrawFn, most: int = 24) -> PieceGraph:
    """A random tree with some more borders; loads from nothing to above the cap."""
    n = draw(st.integers(1, most))
    tree = [(draw(st.integers(0, k - 1)), k) for k in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=n))
    edges = np.array(tree + more, np.int64).reshape(-1, 2)
    load = draw(st.lists(st.integers(0, 14), min_size=n, max_size=n))
    place = np.array(draw(st.lists(st.integers(0, 500), min_size=2 * n, max_size=2 * n)), float)
    return piece_graph(load, edges[:, 0], edges[:, 1], x=place[:n], y=place[n:])


def is_connected(graph: PieceGraph, grid: Ints) -> bool:
    """Whether the pieces of a grid hang together, by a plain search."""
    members, reached = set(grid.tolist()), {int(grid[0])}
    pairs = list(zip(graph.i.tolist(), graph.j.tolist(), strict=True))
    while True:
        ends = {v for a, b in pairs if {a, b} <= members and {a, b} & reached for v in (a, b)}
        if ends <= reached:
            return reached == members
        reached |= ends


def is_lawful(graph: PieceGraph, labels: Ints, cap: int) -> bool:
    """Every grid connected, loaded, and within the cap or holding one loaded piece."""
    grids = [np.flatnonzero(labels == g) for g in range(int(labels.max()) + 1)]
    return all(
        len(grid)
        and (graph.load[grid].sum() <= cap or (graph.load[grid] > 0).sum() == 1)
        and graph.load[grid].sum() > 0
        and is_connected(graph, grid)
        for grid in grids
    )


def least_grids(graph: PieceGraph, cap: int) -> int:
    """Number of grids of the best division, by trying all of them."""
    for grids in range(1, graph.size + 1):
        for labels in itertools.product(range(grids), repeat=graph.size):
            if len(set(labels)) == grids and is_lawful(graph, np.array(labels), cap):
                return grids
    raise AssertionError


@settings(max_examples=150)
@given(graph=connected_graphs(), seed=st.integers(0, 9))
def test_every_division_is_lawful_and_not_below_the_bound(graph: PieceGraph, seed: int) -> None:
    if graph.load.sum() == 0:
        return
    labels = divide_graph(graph, CAP, np.random.default_rng(seed)).labels
    assert labels.min() == 0
    assert is_lawful(graph, labels, CAP)
    assert fewest_grids(graph, CAP).grids <= labels.max() + 1
    assert (labels == divide_graph(graph, CAP, np.random.default_rng(seed)).labels).all()


@settings(max_examples=60)
@given(graph=connected_graphs(most=6))
def test_the_bound_never_exceeds_the_optimum_and_the_optimum_is_found(graph: PieceGraph) -> None:
    if graph.load.sum() == 0:
        return
    least = least_grids(graph, CAP)
    assert fewest_grids(graph, CAP).grids <= least
    assert divide_graph(graph, CAP, np.random.default_rng(1)).labels.max() + 1 == least


@given(sizes=st.lists(st.integers(0, 12), max_size=7), capacity=st.integers(12, 20))
def test_the_bin_bound_is_between_the_total_and_the_best_packing(
    sizes: list[int], capacity: int
) -> None:
    loaded = [s for s in sizes if s]
    packings = itertools.product(range(max(1, len(loaded))), repeat=len(loaded))
    best = (
        min(
            len(set(bins))
            for bins in itertools.islice(packings, 4000)
            if all(
                sum(s for s, b in zip(loaded, bins, strict=True) if b == k) <= capacity
                for k in set(bins)
            )
        )
        if loaded and len(loaded) <= 5
        else len(loaded)
    )
    assert -(-sum(sizes) // capacity) <= bin_bound(np.array(sizes, np.int64), capacity) <= best


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_even_lattice_is_divided_into_as_few_grids_as_its_total_asks_for(seed: int) -> None:
    graph = lattice(12, 10, [5] * 120)
    labels = divide_graph(graph, 20, np.random.default_rng(seed)).labels
    assert labels.max() + 1 == 30
    assert is_lawful(graph, labels, 20)


def test_a_lattice_with_some_room_gets_compact_grids() -> None:
    graph = lattice(20, 20, [3] * 400)
    labels = divide_graph(graph, 80, np.random.default_rng(1)).labels
    cut = float(graph.length[labels[graph.i] != labels[graph.j]].sum())
    assert labels.max() + 1 <= 16
    # Sixteen squares of 5 x 5 have 3 + 3 straight cuts of 600 m; ribbons would have 9,000 m.
    assert cut < 1.25 * 6 * 600


def test_pieces_that_cannot_share_stand_alone_and_cut_the_graph_into_blocks() -> None:
    heavy_middle = piece_graph([9, 2, 2, 2, 2], [0] * 4, [1, 2, 3, 4])
    bound = fewest_grids(heavy_middle, CAP)
    assert bound.alone.all()
    assert (bound.grids, bound.by_total) == (5, 2)
    assert divide_graph(heavy_middle, CAP, np.random.default_rng(1)).labels.max() + 1 == 5


def test_ground_without_load_joins_pieces_across_it() -> None:
    park = piece_graph([0, 5, 5, 5, 5], [0] * 4, [1, 2, 3, 4])
    assert fewest_grids(park, CAP).grids == 2
    labels = divide_graph(park, CAP, np.random.default_rng(1)).labels
    # Only one grid can own the park and be joined by it.
    assert labels.max() + 1 == 3
    assert is_lawful(park, labels, CAP)


@pytest.mark.parametrize(
    ("graph", "grids"),
    [
        (piece_graph([7], [], []), 1),
        (piece_graph([70], [], []), 1),
        (piece_graph([1] * 30, range(29), range(1, 30)), 3),
        (piece_graph([1] * 30, [0] * 29, range(1, 30)), 21),
        (piece_graph([6] * 8, *np.triu_indices(8, 1)), 8),
        (piece_graph([0, 50, 0, 50, 0], range(4), range(1, 5)), 2),
    ],
    ids=["one", "one over the cap", "path", "star", "clique", "giants between parks"],
)
def test_small_shapes_have_known_answers(graph: PieceGraph, grids: int) -> None:
    labels = divide_graph(graph, CAP, np.random.default_rng(1)).labels
    assert labels.max() + 1 == grids
    assert is_lawful(graph, labels, CAP)


def test_a_cap_of_one_gives_each_loaded_piece_its_own_grid() -> None:
    graph = lattice(4, 3, [1, 0, 3] * 4)
    labels = divide_graph(graph, 1, np.random.default_rng(1)).labels
    assert labels.max() + 1 == 8
    assert is_lawful(graph, labels, 1)


@settings(max_examples=40)
@given(graph=connected_graphs(), grids=st.integers(1, 6))
def test_exactly_k_is_kept_without_a_cap(graph: PieceGraph, grids: int) -> None:
    if (graph.load > 0).sum() < grids:
        return
    mean = float(graph.load.sum()) / grids
    rng = np.random.default_rng(1)
    labels = exactly(graph, None, grids, mean, rng, Wishes(), Effort())
    assert labels is not None
    assert set(labels.tolist()) == set(range(grids))
    assert is_lawful(graph, labels, int(graph.load.sum()))


def test_three_zones_of_a_lattice_are_nearly_equal() -> None:
    graph = lattice(30, 20, [int(v) for v in np.random.default_rng(5).integers(0, 20, 600)])
    mean = float(graph.load.sum()) / 3
    labels = exactly(graph, None, 3, mean, np.random.default_rng(1), Wishes(), Effort())
    assert labels is not None
    assert np.abs(np.bincount(labels, graph.load) / mean - 1).max() < 0.005


def test_a_graph_with_unusable_arrays_is_refused() -> None:
    with pytest.raises(InputError):
        piece_graph([1, 2], [0], [2])
    with pytest.raises(InputError):
        piece_graph([1, -2], [0], [1])
    with pytest.raises(InputError):
        piece_graph([1, 2], [0], [1], x=[0.0, np.nan])


def test_pairs_in_any_direction_and_number_are_one_border() -> None:
    graph = piece_graph([1, 1], [0, 1, 0], [1, 0, 0], length=[2.0, 3.0, 9.0])
    assert (graph.i.tolist(), graph.j.tolist(), graph.length.tolist()) == ([0], [1], [5.0])
