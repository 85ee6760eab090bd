"""Centres and prices: bounds that hold, and the best division about fixed centres."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gis.partition import annealer, centres
from gis.partition.assigning import assigned
from gis.partition.centred import CentreSearch
from gis.partition.clock import Budget, Clock
from gis.partition.districts import District, Hunt
from gis.partition.exact import exact_division
from gis.partition.graph import PieceGraph, piece_graph
from gis.partition.hess import hess_bound
from gis.partition.integer import Rows, least

LOW, HIGH = 10, 22


def chain_with_rungs(seed: int, n: int = 10) -> PieceGraph:
    rng = np.random.default_rng(seed)
    line = np.arange(n)
    x, y = line // 2 * 7000.0, line % 2 * 7000.0
    pairs = [(v, v + 2) for v in range(n - 2)] + [(v, v + 1) for v in range(0, n - 1, 2)]
    a, b = np.array(pairs).T
    return piece_graph(rng.integers(1, 9, n), a, b, x=x, y=y)


def about(graph: PieceGraph, labels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    net = annealer.net_of(graph)
    total = 0.0
    for part in np.unique(labels):
        members = np.flatnonzero(labels == part)
        total += min(sum(annealer.moment(net, v, c) for v in members) for c in members)
    return total


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 300))
def test_the_dual_value_of_the_best_centres_is_a_lower_bound(seed: int, steps: int) -> None:
    graph = chain_with_rungs(seed)
    net, component = annealer.net_of(graph), graph.components()
    best = exact_division(net, LOW, HIGH, 3, inertia=True)
    if best is None:
        return
    members = [np.flatnonzero(best == g) for g in range(3)]
    centre = np.array(
        [m[np.argmin([sum(annealer.moment(net, v, c) for v in m) for c in m])] for m in members]
    )
    price = np.zeros(3)
    spread = centres.spreads(net, component, centre)
    bound = centres.priced(net, spread, LOW, HIGH, price, steps)
    assert bound <= about(graph, best) + 1e-9
    labels, _, _ = assigned(
        net,
        (graph.i, graph.j),
        centre,
        spread,
        price,
        (LOW, HIGH),
        able=None,
        room=math.inf,
        work=math.inf,
        late=lambda: False,
    )
    assert labels is not None
    assert about(graph, labels) == pytest.approx(about(graph, best))


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_the_search_by_centres_finds_the_exact_answer(seed: int) -> None:
    graph = chain_with_rungs(seed)
    best = exact_division(annealer.net_of(graph), LOW, HIGH, 3, inertia=True)
    assert best is not None
    task = District(graph, graph.components(), (3,), LOW, HIGH, True)
    hunt = Hunt(task, np.random.default_rng(seed))
    search, clock = CentreSearch(hunt), Clock(Budget(None, 40))
    while not clock.is_over():
        hunt.round(clock, short=True)
        search.round(clock)
    assert hunt.value == pytest.approx(about(graph, best))


def test_two_components_share_no_centre() -> None:
    graph = chain_with_rungs(4, 12)
    apart = (graph.i < 6) == (graph.j < 6)
    graph = PieceGraph(
        graph.load,
        graph.x,
        graph.y,
        graph.mass,
        graph.i[apart],
        graph.j[apart],
        graph.length[apart],
    )
    component = graph.components()
    hunt = Hunt(District(graph, component, (2, 1), 1, 99, True), np.random.default_rng(1))
    search, clock = CentreSearch(hunt), Clock(Budget(None, 4))
    while not clock.is_over():
        search.round(clock)
    assert hunt.best is not None
    assert len({(int(c), int(g)) for c, g in zip(component, hunt.best, strict=True)}) == 3


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_over_all_centres_lies_below_the_exact_answer(seed: int) -> None:
    graph = chain_with_rungs(seed)
    net, component = annealer.net_of(graph), graph.components()
    best = exact_division(net, LOW, HIGH, 3, inertia=True)
    if best is None:
        return
    value = about(graph, best)
    rng = np.random.default_rng(seed)
    for price in (np.zeros(10), rng.uniform(0, 2 * value / graph.load.sum(), 10)):
        bound = hess_bound(net, component, 3, (LOW, HIGH), price, value)
        assert 0.0 <= bound <= value + 1e-9


def test_the_bound_over_all_centres_meets_an_answer_that_is_obvious() -> None:
    # Two far groups of three like units, each group about its middle.
    x = np.array([0.0, 10e3, 20e3, 900e3, 910e3, 920e3])
    graph = piece_graph([5] * 6, range(5), range(1, 6), x=x, y=np.zeros(6))
    net = annealer.net_of(graph)
    bound = hess_bound(net, graph.components(), 2, (15, 15), np.zeros(6), 4 * 5 * 100 / 1e6)
    assert bound == pytest.approx(4 * 5 * 100 / 1e6, rel=0.01)


def test_a_program_says_whether_its_answer_is_final_and_stops_when_it_is_late() -> None:
    rng = np.random.default_rng(4)
    weight = rng.integers(10, 60, (3, 40)).astype(np.float64)
    rows: list[Rows] = [(sparse.csr_array(weight), 400.0, 410.0)]
    cost = rng.uniform(1, 9, 40)
    whole = least(cost, rows, 1e9, lambda: False)
    assert whole.chosen is not None
    assert (np.abs(weight @ whole.chosen - 405) <= 5 + 1e-6).all()
    assert not least(cost, rows, 1e9, lambda: True).settled
    again = [least(cost, rows, 300.0, lambda: False) for _ in range(2)]
    assert again[0].work == again[1].work
    none = least(cost, [(sparse.csr_array(np.ones((1, 40))), 41.0, 50.0)], 1e9, lambda: False)
    assert none.chosen is None
    assert none.settled
