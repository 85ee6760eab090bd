"""Laws of neighbourhoods divided anew: valid at each step, never more grids, sometimes fewer."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition.engine import QUICK, Wishes, attempt
from gis.partition.graph import Ints, PieceGraph, connected_parts, piece_graph
from gis.partition.windows import Windows, briefly

CAP = 10


@st.composite
def connected_graphs(draw: st.DrawFn) -> PieceGraph:
    """A connected graph of up to 24 pieces, none above the cap, the first with load."""
    n = draw(st.integers(2, 24))
    tree = [draw(st.integers(max(0, v - 4), v - 1)) for v in range(1, n)]
    load = draw(st.lists(st.integers(0, CAP), min_size=n - 1, max_size=n - 1))
    return piece_graph([1, *load], tree, list(range(1, n)))


def walked(graph: PieceGraph, labels: Ints, seed: int, windows: int = 30) -> list[Ints]:
    """All divisions that a walk comes by, its last one at the end."""
    seen: list[Ints] = []
    rng = np.random.default_rng(seed)
    walk = Windows(graph, CAP, labels, rng, Wishes(), briefly(QUICK), seen.append)
    walk.walk(windows, 1)
    return [*seen, walk.labels]


def is_division(graph: PieceGraph, labels: Ints) -> bool:
    """Whether every grid is connected, within the cap and holds load."""
    same = labels[graph.i] == labels[graph.j]
    parts = connected_parts(graph.size, graph.i[same], graph.j[same])
    load = np.bincount(labels, graph.load)
    return int(parts.max()) == int(labels.max()) and load.max() <= CAP and load.min() > 0


@settings(deadline=None, max_examples=40)
@given(connected_graphs(), st.integers(1, 2**31))
def test_every_step_is_a_division_with_no_more_grids(graph: PieceGraph, seed: int) -> None:
    loaded = int((graph.load > 0).sum())
    first = attempt(graph, CAP, loaded, np.random.default_rng(seed), Wishes(), QUICK)
    steps = walked(graph, first, seed)
    assert all(is_division(graph, labels) for labels in steps)
    counts = [int(labels.max()) for labels in [first, *steps]]
    assert counts == sorted(counts, reverse=True)


def test_a_walk_frees_the_grid_that_a_shifted_division_wastes() -> None:
    row = piece_graph([5] * 12, range(11), range(1, 12))
    shifted = (np.arange(12) + 1) // 2
    assert int(shifted.max()) + 1 == 7
    assert int(walked(row, shifted, seed=1, windows=200)[-1].max()) + 1 == 6


def test_the_same_seed_walks_the_same_way() -> None:
    lattice = piece_graph(
        [3, 4, 2, 5, 1, 6, 2, 2, 4, 3, 5, 1],
        [0, 1, 2, 4, 5, 6, 8, 9, 10, *range(8)],
        [1, 2, 3, 5, 6, 7, 9, 10, 11, *range(4, 12)],
    )
    alone = np.arange(12)
    one, other = (walked(lattice, alone, seed=7) for _ in range(2))
    assert len(one) == len(other)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))
