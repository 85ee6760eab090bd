"""Laws of the last pass on outlines: shapes get no worse in sum, and nothing else is broken."""

from __future__ import annotations

import numpy as np
import pytest

from gis.partition.engine import Effort, Wishes
from gis.partition.graph import Floats, Ints, connected_parts, piece_graph
from gis.partition.smoothing import Outline, smooth

SIDE = 8


def lattice() -> tuple[Ints, Ints, Floats, Floats]:
    """Squares of 10 m: pairs that share an edge, and centres."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
    i, j = (np.concatenate([p[n].ravel() for p in pairs]) for n in (0, 1))
    y, x = np.divmod(np.arange(SIDE * SIDE), SIDE)
    return i, j, 10.0 * x, 10.0 * y


def outlines(labels: Ints, i: Ints, j: Ints) -> Floats:
    inside = labels[i] == labels[j]
    return np.bincount(labels) * 40.0 - 20.0 * np.bincount(labels[i[inside]])


@pytest.mark.parametrize("seed", range(5))
def test_a_ring_around_a_grid_is_mended_within_cap_and_minimum(seed: int) -> None:
    i, j, x, y = lattice()
    load = np.random.default_rng(seed).integers(0, 4, SIDE * SIDE)
    graph = piece_graph(load, i, j, length=np.full(len(i), 10.0), x=x, y=y, mass=np.full(64, 100.0))
    inner = (np.abs(x - 35) < 30) & (np.abs(y - 35) < 30)
    ring = np.where(inner, 0, 1)  # 36 squares inside a ring of 28
    outline = Outline(np.full(64, 40.0), np.full(len(graph.i), 10.0))
    before = np.bincount(ring, load)
    cap, low = int(before.max()), int(before.min())
    rng, wishes = np.random.default_rng(seed), Wishes(low=low)
    labels = smooth(graph, outline, ring, cap, rng, wishes, Effort())
    after = np.bincount(labels, load)
    assert after.max() <= cap
    assert after.min() >= low
    assert len(after) == 2
    for grid in (0, 1):
        assert connected_parts(64, graph.i, graph.j, labels == grid).max() == 0
    shape = [(outlines(v, graph.i, graph.j) ** 2 / np.bincount(v)).sum() for v in (ring, labels)]
    assert shape[1] < 0.8 * shape[0]


def test_without_the_goal_of_compactness_nothing_moves() -> None:
    i, j, x, y = lattice()
    graph = piece_graph(np.ones(64, np.int64), i, j, x=x, y=y)
    labels = (x > 35).astype(np.int64)
    outline = Outline(np.full(64, 40.0), np.full(len(graph.i), 10.0))
    rng, wishes = np.random.default_rng(1), Wishes(compactness=0.0)
    assert smooth(graph, outline, labels, 40, rng, wishes, Effort()) is labels
