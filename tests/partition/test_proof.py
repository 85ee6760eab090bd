"""Laws of the exact search: it agrees with brute force, and says so when a limit ends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.made_up import ground_of
from gis.cells import Ground
from gis.io.package import DividedCommunity, write_package
from gis.partition.divide import divide
from gis.partition.engine import Effort
from gis.partition.fewest import divide_graph
from gis.partition.graph import Ints, PieceGraph, connected_parts, piece_graph
from gis.partition.possible import Worth, possible_grids, small_graph
from gis.partition.prices import PriceEffort, price_bound
from gis.partition.proof import ProofEffort, decide
from gis.partition.result import Division
from gis.partition.rules import load_rules
from gis.verify import verify_package
from gis.verify.findings import Finding
from sample_geodata.communities import made_up_community
from sample_geodata.frames import Layers
from tests.partition.test_prices import fewest_of_all, small_graphs
from tests.partition.test_prices import possible_grids as all_grids

PINWHEEL = piece_graph([6, 5, 6, 5, 6, 5], range(6), [1, 2, 3, 4, 5, 0])


def verified(layers: Layers, ground: Ground, division: Division, path: Path) -> tuple[Finding, ...]:
    """What the verifier finds in the package of one division."""
    areas = layers["areas"]
    area = areas[areas["level"] == "community"].to_crs(str(ground.units.crs))
    code, name = str(area["area_code"].iloc[0]), str(area["name"].iloc[0])
    place = DividedCommunity(code, name, ground, division, area.geometry.iloc[0])
    write_package(path, [place])
    return tuple(verify_package(path))


def is_division(graph: PieceGraph, labels: Ints, target: int, most: int) -> bool:
    """Whether labels are at most so many connected grids within the target, none left out."""
    held = labels >= 0
    same = held[graph.i] & (labels[graph.i] == labels[graph.j])
    parts = connected_parts(graph.size, graph.i[same], graph.j[same], held)
    return bool(
        held[graph.load > 0].all()
        and labels.max() < most
        and len(np.unique(parts[held])) == len(np.unique(labels[held]))
        and np.bincount(labels[held], graph.load[held]).max() <= target
    )


@settings(deadline=None, max_examples=200)
@given(small_graphs(), st.booleans())
def test_the_verdict_is_that_of_brute_force(graph: PieceGraph, priced: bool) -> None:
    if not graph.load.any():
        return
    least = fewest_of_all(graph, 10)
    for most in range(max(1, least - 1), least + 2):
        prices = price_bound(graph, 10, [], enough=graph.size, sharpest=True) if priced else None
        verdict = decide(graph, 10, most, prices=prices)
        assert verdict.is_ruled_out == (most < least)
        if most >= least:
            assert verdict.labels is not None
            assert is_division(graph, verdict.labels, 10, most)


@settings(deadline=None)
@given(small_graphs())
def test_every_grid_with_load_is_listed_once_less_what_it_can_spare(graph: PieceGraph) -> None:
    small = small_graph(graph, 10)
    if not graph.load.any():
        return
    free = [Worth(np.ones(len(small.piece)), -1.0)]
    groups, _ = possible_grids(small, 10, free, sets=1000, steps=10_000)
    listed = [
        frozenset(int(v) for k, v in enumerate(small.piece) if group >> k & 1) for group in groups
    ]
    every = {s for s in all_grids(graph, 10) if any(graph.load[v] for v in s)}
    assert len(set(listed)) == len(listed)
    assert set(listed) <= every
    loaded = {frozenset(v for v in s if graph.load[v]) for s in every}
    assert {frozenset(v for v in s if graph.load[v]) for s in listed} == loaded


@settings(deadline=None, max_examples=30)
@given(small_graphs(), st.randoms(use_true_random=False), st.sampled_from([1, 7, 10**15]))
def test_neither_order_nor_scale_changes_the_verdict(
    graph: PieceGraph, random: object, factor: int
) -> None:
    if not graph.load.any():
        return
    order = np.arange(graph.size)
    random.shuffle(order)  # type: ignore[attr-defined]
    load = np.empty(graph.size, np.int64)
    load[order] = graph.load * factor
    moved = piece_graph(load, order[graph.i], order[graph.j])
    for most in (1, 2, 3):
        one, two = decide(graph, 10, most), decide(moved, 10 * factor, most)
        assert one.is_ruled_out == two.is_ruled_out
        assert (one.labels is None) == (two.labels is None)


def test_each_park_serves_one_grid_only() -> None:
    """Three half-full pairs, each of which can only join across one of two parks."""
    park = piece_graph([0, 0, 5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 1, 1, 1, 1], [2, 3, 4, 5, 4, 5, 6, 7])
    assert decide(park, 10, 3).is_ruled_out
    four = decide(park, 10, 4).labels
    assert four is not None
    assert is_division(park, four, 10, 4)


@pytest.mark.parametrize(
    "effort",
    [
        ProofEffort(pieces=0),
        ProofEffort(pieces=5),
        ProofEffort(sets=3),
        ProofEffort(steps=5),
        ProofEffort(columns=2),
    ],
    ids=["no search", "pieces", "sets", "steps", "columns"],
)
def test_a_limit_leaves_it_open(effort: ProofEffort) -> None:
    assert decide(PINWHEEL, 17, 2).labels is not None
    verdict = decide(PINWHEEL, 17, 2, effort=effort)
    assert verdict.labels is None
    assert not verdict.is_ruled_out


def test_sixty_pieces_are_searched_and_sixty_one_are_not() -> None:
    for size, known in ((60, True), (61, False)):
        row = piece_graph([6] * size, range(size - 1), range(1, size))
        assert decide(row, 10, size - 1).is_ruled_out == known


def test_a_park_that_joins_nothing_does_not_count_as_a_piece() -> None:
    pairs = [(v, v + 1) for v in range(59)] + [(60 + v, v) for v in range(40)]
    row = piece_graph([6] * 60 + [0] * 40, *zip(*pairs, strict=True))
    assert decide(row, 10, 59).is_ruled_out


def test_the_search_proves_what_prices_alone_do_not() -> None:
    """With and without the exact search: the same grids, but only the one is proven."""
    rng = np.random.default_rng(0)
    settled = 0
    for _ in range(12):
        load = rng.integers(2, 9, 20)
        i, j = np.r_[np.arange(19), np.arange(16)], np.r_[np.arange(1, 20), np.arange(4, 20)]
        graph = piece_graph(load, i, j)
        prices = PriceEffort(rounds=1)
        with_it, without = (
            divide_graph(
                graph, 13, np.random.default_rng(1), effort=Effort(work=1, prices=prices, proof=p)
            )
            for p in (ProofEffort(), ProofEffort(pieces=0))
        )
        grids = int(with_it.labels.max()) + 1
        assert grids <= without.labels.max() + 1
        assert with_it.bound.grids == grids
        assert with_it.bound.recomputable.grids <= grids
        settled += with_it.bound.by_search > 0
    assert settled


def test_a_made_up_community_is_proven_and_its_package_holds(tmp_path: Path) -> None:
    rules = load_rules("gaoxian-2020")
    layers = made_up_community(111, 1407)
    ground = ground_of(layers, rules)
    division = divide(ground, rules)
    certificate = division.certificate
    assert certificate.proven
    assert certificate.lower_bound == certificate.grids
    assert any("ruled out by an exact search with HiGHS" in r["en"] for r in certificate.reasons)
    findings = verified(layers, ground, division, tmp_path / "plan.gpkg")
    assert all(finding.holds for finding in findings)
    bound = next(finding.en for finding in findings if finding.promise == "bound")
    assert f"(recomputed: {certificate.grids - 1})" in bound
    unproven = replace(division, certificate=replace(certificate, proven=False))
    findings = verified(layers, ground, unproven, tmp_path / "unproven.gpkg")
    assert [f.promise for f in findings if not f.holds] == ["bound"]
    open_ended = divide(ground, rules, effort=Effort(proof=ProofEffort(pieces=0))).certificate
    assert not open_ended.proven
    assert open_ended.grids == certificate.grids
