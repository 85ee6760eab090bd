"""The graph face: exact on small graphs, lawful on all, and every bad input a named fault."""

from __future__ import annotations

import gzip
import itertools
import json
import math
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import main
from api.commands.solve import solve as solve_command
from bench.graph_maker import Recipe, made_instance
from gis.errors import Infeasible, InputError, UnreadableFile
from gis.io.instance import read_instance
from gis.partition.capped import Packing
from gis.partition.clock import Budget, Clock, Standing
from gis.partition.districts import District, Hunt
from gis.partition.instance import Instance, Objective, instance_of
from gis.partition.recutting import Recuts
from gis.partition.solve import Solution, solve

Document = dict[str, Any]


def solved(
    document: Document, objective: Objective | None = None, *, rounds: int = 2, seed: int = 1
) -> Solution:
    budget = Budget(None, rounds)
    rng = np.random.default_rng(seed)
    return solve(instance_of(document), objective, budget=budget, rng=rng)


def lattice(width: int, height: int, **asked: int) -> Document:
    rng = np.random.default_rng(7)
    number = np.arange(width * height).reshape(height, width)
    across = np.column_stack((number[:, :-1].ravel(), number[:, 1:].ravel()))
    down = np.column_stack((number[:-1].ravel(), number[1:].ravel()))
    return {
        "w": rng.integers(0, 9, width * height).tolist(),
        "x": (np.tile(np.arange(width), height) * 4000.0).tolist(),
        "y": (np.repeat(np.arange(height), width) * 4000.0).tolist(),
        "edges": np.concatenate((across, down)).tolist(),
        **asked,
    }


def parts_hold(instance: Instance, labels: list[int], low: int, high: int) -> bool:
    """Whether every part is connected and of a weight from low to high, by a plain search."""
    beside = defaultdict(set)
    for a, b in zip(instance.graph.i.tolist(), instance.graph.j.tolist(), strict=True):
        beside[a].add(b)
        beside[b].add(a)
    for part in set(labels):
        members = {v for v, g in enumerate(labels) if g == part}
        if not low <= sum(int(instance.graph.load[v]) for v in members) <= high:
            return False
        reached = edge = {min(members)}
        while edge:
            edge = {u for v in edge for u in beside[v] & members} - reached
            reached = reached | edge
        if reached != members:
            return False
    return True


def inertia_of(instance: Instance, labels: list[int]) -> float:
    graph, total = instance.graph, 0.0
    for part in set(labels):
        members = [v for v, g in enumerate(labels) if g == part]
        total += min(
            sum(
                graph.load[v]
                * round(math.hypot(graph.x[v] - graph.x[c], graph.y[v] - graph.y[c]) / 1000) ** 2
                for v in members
            )
            for c in members
        )
    return total / 1e6


def divisions(n: int) -> itertools.chain[list[int]]:
    """Every way to put n units into parts, each once."""

    def grown(labels: list[int]) -> itertools.chain[list[int]]:
        if len(labels) == n:
            return itertools.chain([labels])
        most = max(labels, default=-1) + 1
        return itertools.chain.from_iterable(grown([*labels, g]) for g in range(most + 1))

    return grown([])


@st.composite
def small_documents(draw: st.DrawFn, most: int = 7) -> Document:
    n = draw(st.integers(1, most))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    kept = [e for e in tree if draw(st.integers(0, 9))]
    places = st.lists(st.integers(0, 40_000), min_size=n, max_size=n)
    return {
        "w": draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)),
        "edges": kept + draw(st.lists(pairs, max_size=n)),
        "x": draw(places),
        "y": draw(places),
    }


@settings(max_examples=60)
@given(small_documents(), st.integers(1, 4), st.integers(0, 12), st.integers(0, 14))
def test_small_graphs_get_the_answer_of_brute_force(
    document: Document, k: int, low: int, width: int
) -> None:
    document |= {"k": k, "L": low, "U": low + width}
    instance = instance_of(document)
    able = [
        labels
        for labels in divisions(len(document["w"]))
        if max(labels) + 1 == k and parts_hold(instance, labels, low, low + width)
    ]
    if not able:
        with pytest.raises(Infeasible):
            solved(document)
        return
    pairs = list(zip(instance.graph.i.tolist(), instance.graph.j.tolist(), strict=True))
    fewest = min(sum(labels[a] != labels[b] for a, b in pairs) for labels in able)
    assert solved(document).metrics.cut_edges == fewest
    least = min(inertia_of(instance, labels) for labels in able)
    assert solved(document, "inertia").metrics.inertia == pytest.approx(least)


@settings(max_examples=40)
@given(small_documents(), st.integers(9, 20))
def test_small_graphs_get_the_fewest_parts(document: Document, cap: int) -> None:
    document["cap"] = cap
    instance = instance_of(document)
    fewest = min(
        max(labels) + 1
        for labels in divisions(len(document["w"]))
        if parts_hold(instance, labels, 0, cap)
    )
    answer = solved(document)
    assert answer.metrics.parts == fewest
    assert answer.certificate.proven


@pytest.mark.parametrize("inertia", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flips_and_recuts_find_what_the_exact_answer_is(inertia: bool, seed: int) -> None:
    document = lattice(5, 2, k=3, L=5, U=22)
    document["w"] = np.random.default_rng(seed).integers(1, 9, 10).tolist()
    instance = instance_of(document)
    task = District(instance.graph, instance.graph.components(), (3,), 5, 22, inertia)
    hunt = Hunt(task, np.random.default_rng(seed))
    recuts = Recuts(hunt)
    clock = Clock(Budget(None, 12))
    while not clock.is_over():
        hunt.round(clock)
        recuts.round(clock)
    best = solved(document, "inertia" if inertia else "cut-edges").certificate
    assert best.proven
    assert hunt.value == pytest.approx(best.value)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_packing_finds_the_fewest_parts_of_a_small_lattice(seed: int) -> None:
    document = lattice(4, 3, cap=15)
    document["w"] = np.random.default_rng(seed).integers(1, 9, 12).tolist()
    fewest = solved(document).metrics.parts
    instance = instance_of(document)
    packing = Packing(instance.graph, 15, 1)
    clock, state = Clock(Budget(None, 12)), np.array([seed], np.uint64)
    while not clock.is_over():
        packing.attempt(clock, state)
    assert packing.parts == fewest


@pytest.mark.parametrize("objective", ["parts", "cut-edges", "inertia"])
@pytest.mark.parametrize("asked", [{"cap": 30}, {"k": 4, "L": 70, "U": 120}])
def test_every_answer_keeps_its_promise(objective: Objective, asked: dict[str, int]) -> None:
    document = lattice(10, 10, **asked)
    instance = instance_of(document)
    answer = solved(document, objective)
    low, high = asked.get("L", 0), asked.get("U", asked.get("cap", 0))
    assert parts_hold(instance, answer.labels.tolist(), low, high)
    assert answer.metrics.inertia == pytest.approx(inertia_of(instance, answer.labels.tolist()))
    assert answer.certificate.lower_bound <= answer.certificate.value
    again = solved(document, objective)
    assert again.labels.tolist() == answer.labels.tolist()


@pytest.mark.parametrize("asked", [{"cap": 30}, {"k": 3, "L": 90, "U": 160}])
def test_new_numbers_for_the_units_change_nothing(asked: dict[str, int]) -> None:
    document = lattice(9, 9, **asked)
    order = np.random.default_rng(3).permutation(81)
    place = np.argsort(order)
    moved = document | {
        "w": [document["w"][v] for v in order],
        "x": [document["x"][v] + 512.0 for v in order],
        "y": [document["y"][v] for v in order],
        "edges": [(int(place[b]), int(place[a])) for a, b in document["edges"]],
    }
    first, second = solved(document), solved(moved)
    assert first.metrics == second.metrics
    same = {(a, b) for a, b in zip(first.labels[order], second.labels, strict=True)}
    assert len(same) == first.metrics.parts


def test_a_disconnected_graph_with_islands_is_divided_within_its_components() -> None:
    document = lattice(6, 3, cap=20)
    document["edges"] = [e for e in document["edges"] if 0 not in e and {2, 3} != set(e)]
    answer = solved(document)
    assert parts_hold(instance_of(document), answer.labels.tolist(), 0, 20)


def test_units_without_weight_alone_make_one_part_of_each_component() -> None:
    answer = solved({"w": [0] * 14, "edges": [[v, v + 1] for v in range(12)], "cap": 5})
    assert answer.metrics.parts == 2
    assert answer.certificate.proven


def test_as_many_parts_as_units_leave_each_alone() -> None:
    answer = solved(
        {"w": [1] * 20, "edges": [[v, v + 1] for v in range(19)], "k": 20, "L": 1, "U": 1}
    )
    assert sorted(answer.labels.tolist()) == list(range(20))


def test_edges_twice_one_way_or_to_oneself_count_once() -> None:
    plain = lattice(5, 5, k=2, L=20, U=90)
    doubled = plain | {"edges": [*plain["edges"], *[[b, a] for a, b in plain["edges"]], [3, 3]]}
    assert solved(plain).metrics == solved(doubled).metrics


@pytest.mark.parametrize(
    "document",
    [
        {"w": [1, 9, 1], "edges": [[0, 1], [1, 2]], "cap": 5},
        {"w": [1] * 20, "edges": [[0, v] for v in range(1, 20)], "k": 2, "L": 8, "U": 12},
        {"w": [1, 1], "edges": [[0, 1]], "k": 3, "L": 0, "U": 2},
        {"w": [1, 8, 1], "edges": [[0, 1], [1, 2]], "k": 2, "L": 4, "U": 6},
        {"w": [5] * 14, "edges": [[v, v + 1] for v in range(13)], "k": 2, "L": 1, "U": 9},
        {"w": [5] * 14, "edges": [[0, 1]], "k": 2, "L": 1, "U": 99},
        {"w": [4] * 15, "edges": [[v, v + 1] for v in range(14)], "k": 2, "L": 29, "U": 31},
    ],
)
def test_what_cannot_be_met_is_refused_with_a_reason(document: Document) -> None:
    with pytest.raises(Infeasible) as refused:
        solved(document, rounds=1)
    assert refused.value.en
    assert refused.value.zh


def test_a_heavy_middle_is_named() -> None:
    document = {"w": [9] + [1] * 20, "edges": [[0, v] for v in range(1, 21)]}
    document |= {"ids": [f"u{v}" for v in range(21)], "k": 2, "L": 14, "U": 15}
    with pytest.raises(Infeasible, match="u0 stands in the middle"):
        solved(document)


GOOD: Document = {"w": [1, 2, 3], "edges": [[0, 1], [1, 2]], "cap": 4}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"w": [1, math.nan, 3]}, "'w'"),
        ({"w": [1, -2, 3]}, "Weights"),
        ({"w": [1, 1.5, 3]}, "whole"),
        ({"w": [1, "2", 3]}, "'w'"),
        ({"w": [1, 1e300, 3]}, "Weights"),
        ({"w": []}, "no units"),
        ({"w": None}, "'w'"),
        ({"edges": [[0, 3]]}, "Edges"),
        ({"edges": [[0, 1, 2]]}, "pairs"),
        ({"edges": [[0, 1], [1]]}, "'edges'"),
        ({"edges": "0-1"}, "'edges'"),
        ({"cap": 0}, "'cap'"),
        ({"cap": -3}, "'cap'"),
        ({"cap": math.nan}, "'cap'"),
        ({"cap": True}, "'cap'"),
        ({"k": 2}, "either"),
        ({"x": [1, 2]}, "'x'"),
        ({"x": [1, 2, None]}, "'x'"),
        ({"ids": ["a"]}, "'ids'"),
        ({"n": 4}, "'n'"),
    ],
)
def test_a_bad_document_is_a_named_fault(change: Document, named: str) -> None:
    with pytest.raises(InputError, match=named):
        instance_of(GOOD | change)


def test_limits_that_cross_are_a_named_fault() -> None:
    with pytest.raises(InputError, match="above the upper limit"):
        instance_of({"w": [1, 2], "edges": [], "k": 1, "L": 3, "U": 2})


def test_inertia_alone_needs_places() -> None:
    assert solved(GOOD).metrics.inertia is None
    with pytest.raises(InputError, match="place"):
        solved(GOOD, "inertia")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1, 2]",
        b"\x1f\x8b\x08",
        gzip.compress(b'{"w": [1', mtime=0)[:-4],
        b"\xff\xfe",
        b"[" * 99999,
    ],
)
def test_a_damaged_file_is_a_named_fault(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InputError):
        read_instance(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", 2, "cannot be read"),
        (gzip.compress(b'{"w": [1', mtime=0)[:-4], 2, "cannot be read"),
        (b'{"w": [1, NaN], "edges": [[0, 1]], "cap": 3}', 2, "not finite"),
        (b'{"w": [1, 1], "edges": [[0, 1]], "cap": 0}', 2, "'cap'"),
        (b'{"w": [1, 1], "edges": [[0, 1]], "k": 1, "L": 3, "U": 2}', 2, "upper limit"),
        (b'{"w": [1, 1], "edges": [[0, 1]], "k": 3, "L": 0, "U": 2}', 3, "only 2 units"),
        (b'{"w": [1, 9], "edges": [[0, 1]], "cap": 5}', 3, "heavier"),
        (b'{"w": [4, 4, 4], "edges": [], "k": 2, "L": 0, "U": 9}', 3, "components"),
    ],
)
def test_the_command_tells_what_is_wrong_and_writes_nothing(
    content: bytes, code: int, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "a.json", tmp_path / "labels.json"
    source.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(source), "-o", str(output)])
    assert ended.value.code == code
    assert named in capsys.readouterr().err
    assert not output.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"b\.json"):
        read_instance(tmp_path / "b.json")


def test_the_command_writes_labels_metrics_and_certificate(tmp_path: Path) -> None:
    source, output = tmp_path / "a.json.gz", tmp_path / "labels.json"
    source.write_bytes(gzip.compress(json.dumps(lattice(6, 6, k=3, L=20, U=90)).encode()))
    arguments = [str(source), "--iterations", "1", "--threads", "2", "-o", str(output)]
    done = CliRunner().invoke(solve_command, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    answer = json.loads(output.read_text("utf-8"))
    assert len(answer["labels"]) == 36
    assert set(answer["labels"]) == {0, 1, 2}
    assert answer["metrics"]["parts"] == 3
    assert answer["certificate"]["lower_bound"] <= answer["certificate"]["value"]


def test_a_time_budget_is_kept_within_a_tenth() -> None:
    document = lattice(40, 40, k=5, L=1100, U=1500)
    solved(document, rounds=1)
    start = time.monotonic()
    instance, rng = instance_of(document), np.random.default_rng(1)
    solve(instance, "inertia", budget=Budget(3.0), rng=rng)
    assert time.monotonic() - start < 3.3


@pytest.mark.parametrize("objective", ["cut-edges", "inertia"])
def test_the_same_seed_and_rounds_give_the_same_answer_with_all_ways_of_searching(
    objective: Objective,
) -> None:
    document = lattice(14, 12, k=5, L=115, U=145)
    first, again = (solved(document, objective, rounds=9) for _ in range(2))
    assert first.labels.tolist() == again.labels.tolist()
    assert first.certificate == again.certificate
    assert first.rounds == 9


def test_a_search_that_finds_nothing_better_ends_by_itself() -> None:
    document = lattice(12, 12, k=4, L=120, U=170)
    start = time.monotonic()
    budget = Budget(120.0, patience=0.5)
    solve(instance_of(document), budget=budget, rng=np.random.default_rng(1))
    assert time.monotonic() - start < 60


def test_a_stopped_search_gives_the_best_so_far_and_tells_how_it_stood() -> None:
    document = lattice(20, 20, k=4, L=350, U=500)
    stopped, told = threading.Event(), []

    def tell(standing: Standing) -> None:
        told.append(standing)
        if math.isfinite(standing.value):
            stopped.set()

    answer = solve(
        instance_of(document),
        "inertia",
        budget=Budget(None),
        rng=np.random.default_rng(1),
        stopped=stopped,
        tell=tell,
    )
    assert answer.interrupted
    assert answer.certificate.value <= told[-1].value + 1e-9
    assert parts_hold(instance_of(document), answer.labels.tolist(), 350, 500)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_instance_with_heavy_units_and_narrow_limits_is_met(seed: int) -> None:
    instance = instance_of(made_instance(Recipe(45, 5, 1.2), seed))
    answer = solve(instance, "inertia", budget=Budget(None, 12), rng=np.random.default_rng(seed))
    assert parts_hold(instance, answer.labels.tolist(), instance.low, instance.high)
    assert 0 < answer.certificate.lower_bound <= answer.certificate.value
