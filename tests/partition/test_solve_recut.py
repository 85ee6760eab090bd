"""Two parts cut anew together: nothing breaks, and the best cut is found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition import annealer
from gis.partition.annealer import Weights
from gis.partition.clock import Budget, Clock
from gis.partition.districts import District, Hunt, settled
from gis.partition.graph import Ints, PieceGraph, connected_parts, piece_graph
from gis.partition.recut import recut, recut_often
from gis.partition.tempering import Ladder

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


def heavy_units(seed: int, room: int = 3) -> Hunt:
    graph = lattice(4, 4, seed)
    mean = int(graph.load.sum()) // 3
    task = District(graph, graph.components(), (3,), mean - room, mean + room, True)
    return Hunt(task, np.random.default_rng(seed))


def all_into_three(hunt: Hunt) -> float:
    """Least inertia of three parts that fit, by looking at every part there can be."""
    graph, task = hunt.task.graph, hunt.task
    beside = [0] * graph.size
    for i, j in zip(graph.i.tolist(), graph.j.tolist(), strict=True):
        beside[i] |= 1 << j
        beside[j] |= 1 << i
    fitting: dict[int, float] = {}
    fresh = {1 << v for v in range(graph.size)}
    known = set(fresh)
    while fresh:
        bits = fresh.pop()
        members = [v for v in range(graph.size) if bits >> v & 1]
        load = int(graph.load[members].sum())
        if load > task.high:
            continue
        if load >= task.low:
            fitting[bits] = min(
                sum(annealer.moment(hunt.net, v, c) for v in members) for c in members
            )
        for v in members:
            for u in range(graph.size):
                wider = bits | 1 << u
                if beside[v] >> u & 1 and wider not in known:
                    known.add(wider)
                    fresh.add(wider)
    whole = (1 << graph.size) - 1
    return min(
        fitting[a] + fitting[b] + fitting[whole & ~a & ~b]
        for a, b in itertools.combinations(fitting, 2)
        if a & b == 0 and whole & ~a & ~b in fitting
    )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_ladder_finds_the_best_of_all_divisions_of_heavy_units(seed: int) -> None:
    hunt = heavy_units(seed)
    ladder = Ladder(hunt)
    assert ladder.is_useful
    ladder.round(Clock(Budget(None)))
    assert hunt.best is not None
    assert is_whole(hunt.task.graph, hunt.best, 3)
    assert hunt.value == pytest.approx(all_into_three(hunt))


def test_the_ladder_is_for_units_heavier_than_the_room_between_the_limits() -> None:
    assert Ladder(heavy_units(1)).is_useful
    assert not Ladder(heavy_units(1, room=30)).is_useful


def test_the_ladder_climbs_alike_from_the_same_seed_and_goes_on_where_it_stopped() -> None:
    ladders = [Ladder(heavy_units(5)) for _ in range(2)]
    work = [[ladder.round(Clock(Budget(None))) for _ in range(2)] for ladder in ladders]
    assert work[0] == work[1]
    assert work[0][0] != work[0][1]
    for one, other in zip(ladders[0].rungs, ladders[1].rungs, strict=True):
        assert one.tolist() == other.tolist()


def test_a_ladder_that_is_late_at_once_ends_at_once() -> None:
    ladder = Ladder(heavy_units(2))
    assert ladder.round(Clock(Budget(0.0))) == 0.0
    assert ladder.hunt.best is None
