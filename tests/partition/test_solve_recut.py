"""Two parts cut anew together: nothing breaks, and the best cut is found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition import annealer
from gis.partition.annealer import Weights
from gis.partition.districts import settled
from gis.partition.graph import Ints, PieceGraph, connected_parts, piece_graph
from gis.partition.recut import recut, recut_often

FREE = Weights(0, 1 << 40, 1.0, 1.0, 1.0, 0.0)


def lattice(width: int, height: int, seed: int) -> PieceGraph:
    rng = np.random.default_rng(seed)
    number = np.arange(width * height).reshape(height, width)
    a = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    b = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    x, y = np.tile(np.arange(width), height) * 9e3, np.repeat(np.arange(height), width) * 9e3
    return piece_graph(rng.integers(1, 20, width * height), a, b, x=x, y=y)


def is_whole(graph: PieceGraph, part: Ints, k: int) -> bool:
    same = part[graph.i] == part[graph.j]
    pieces = int(connected_parts(graph.size, graph.i[same], graph.j[same]).max()) + 1
    return pieces == k == len(np.unique(part))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 10**6), st.integers(2, 40), st.floats(0.01, 9.0), st.booleans(), st.booleans()
)
def test_parts_stay_whole_and_what_is_kept_fits(
    seed: int, most: int, heat: float, inertia: bool, all_pairs: bool
) -> None:
    graph = lattice(8, 6, seed)
    net, state = annealer.net_of(graph), np.array([seed], np.uint64)
    part = (np.arange(48) % 8 // 2).astype(np.int64)
    parts = settled(net, part, 4)
    cut, pull = (0.0, 1.0) if inertia else (1.0, 0.0)
    mean = int(graph.load.sum()) // 4
    goals = Weights(mean - 9, mean + 9, 5.0, 2.0, cut, pull)
    if not all_pairs:
        recut(net, goals, part, parts, 1, 2, heat, most, 500, state)
        assert is_whole(graph, part, 4)
        assert (part[np.arange(48) % 8 < 2] == 0).all()
        return
    best = part.copy()
    value, _ = recut_often(net, goals, part, parts, heat, heat / 9, 12, most, 500, state, best, 1e9)
    assert is_whole(graph, part, 4)
    assert np.bincount(part, graph.load).tolist() == parts.load.tolist()
    if value < 1e9:
        fit = settled(net, best, 4)
        assert (np.abs(fit.load - mean) <= 9).all()
        assert annealer.score(net, goals, best, fit)[0] == pytest.approx(value)


@pytest.mark.parametrize("inertia", [False, True])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_cold_recut_of_a_small_pair_finds_the_best_of_all(seed: int, inertia: bool) -> None:
    graph = lattice(4, 3, seed)
    net, state = annealer.net_of(graph), np.array([seed], np.uint64)
    cut, pull = (0.0, 1.0) if inertia else (1.0, 0.0)
    mean = int(graph.load.sum()) // 2
    goals = Weights(mean - 5, mean + 6, 1.0, 1e6, cut, pull)
    values = []
    for bits in itertools.product((0, 1), repeat=11):
        labels = np.array((0, *bits), np.int64)
        if not is_whole(graph, labels, 2):
            continue
        members = [np.flatnonzero(labels == g) for g in (0, 1)]
        parts = settled(net, labels, 2)
        for g, m in enumerate(members):
            spread = [sum(annealer.moment(net, v, c) for v in m) for c in m]
            parts.centre[g] = m[int(np.argmin(spread))]
        value, unfit = annealer.score(net, goals, labels, parts)
        if not unfit:
            values.append(value)
    part = (np.arange(12) // 6).astype(np.int64)
    parts = settled(net, part, 2)
    recut(net, goals, part, parts, 0, 1, 1e-9, 30, 10**6, state)
    found = annealer.score(net, goals, part, settled(net, part, 2))
    assert found[1] == 0
    assert found[0] == pytest.approx(min(values))
