"""METIS (pymetis) and GerryChain on the instances of the graph face, counted as our answers are."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gis.io.instance import read_instance
from gis.partition.graph import Ints, connected_parts
from gis.partition.instance import Instance
from gis.partition.solve import measured

_METIS_SEEDS = 10
_TREE_TRIES = 20


def metis_town(path: str) -> dict[str, Any]:
    """
    Return the fewest contiguous parts METIS needs for a town, and their inertia.

    The number of parts asked for rises from the lower bound, by 1 % (4 % from 1,000 parts on)
    once that is more than one, three seeds each, until the pieces of all parts are within the cap.
    """
    instance = read_instance(Path(path))
    cap, total = instance.cap or 1, int(instance.graph.load.sum())
    k = -(-total // cap)
    start = time.process_time()
    while True:
        for seed in range(1, 4):
            labels = _pieces(instance, _metis(instance, k, seed, loose=cap * k / total - 1))
            load = np.bincount(labels, instance.graph.load)
            if load.max() <= cap:
                seconds = time.process_time() - start
                found = measured(instance, labels)
                spread = plain_inertia(instance, labels)
                return {"parts": found.parts, "inertia": spread, "cpu_s": seconds}
        k += max(1, k // (100 if k < 1_000 else 25))


def plain_inertia(instance: Instance, labels: Ints) -> float:
    """Sum of weight x (metres to the part's centre of weight) squared / 1e6: towns are small."""
    graph = instance.graph
    weight = np.maximum(np.bincount(labels, graph.load), 1e-9)
    off = [
        at - (np.bincount(labels, graph.load * at) / weight)[labels] for at in (graph.x, graph.y)
    ]
    return float((graph.load * (off[0] ** 2 + off[1] ** 2)).sum() / 1e6)


def metis_districts(path: str) -> dict[str, Any]:
    """Return the best cut and inertia of METIS's valid answers of ten seeds; None without one."""
    instance = read_instance(Path(path))
    k = instance.k or 1
    mean = instance.graph.load.sum() / k
    start = time.process_time()
    answers = [
        _metis(instance, k, seed, loose=max(instance.high / mean - 1, 0.001))
        for seed in range(1, _METIS_SEEDS + 1)
    ]
    seconds = time.process_time() - start
    return _best(instance, iter(answers)) | {"cpu_s": seconds}


def _metis(instance: Instance, k: int, seed: int, *, loose: float) -> Ints:
    import pymetis

    matrix = instance.graph.adjacency
    _, membership = pymetis.part_graph(
        k,
        adjacency=pymetis.CSRAdjacency(matrix.indptr.tolist(), matrix.indices.tolist()),
        vweights=instance.graph.load.tolist(),
        recursive=False,
        options=pymetis.Options(
            seed=seed, contig=1, ufactor=max(1, int(1000 * loose)), ncuts=1 if k > 1_000 else 4
        ),
    )
    return np.asarray(membership, np.int64)


def _pieces(instance: Instance, labels: Ints) -> Ints:
    """Connected pieces of the parts: METIS may break a part though asked not to."""
    graph = instance.graph
    same = labels[graph.i] == labels[graph.j]
    return connected_parts(graph.size, graph.i[same], graph.j[same])


def _best(instance: Instance, answers: Iterator[Ints]) -> dict[str, Any]:
    found: dict[str, Any] = {"cut": None, "inertia": None, "valid": 0}
    for labels in answers:
        load = np.bincount(labels, instance.graph.load, instance.k or 1)
        whole = int(_pieces(instance, labels).max()) + 1 == instance.k
        if not whole or load.min() < instance.low or load.max() > instance.high:
            continue
        figures = measured(instance, labels)
        found["valid"] += 1
        found["cut"] = min(found["cut"] or 10**9, figures.cut_edges)
        found["inertia"] = min(found["inertia"] or 1e300, figures.inertia or 0.0)
    return found


def gerrychain_town(path: str, limit_s: float) -> dict[str, Any]:
    """Return the fewest parts under the cap that its recursive tree partition finds in time."""
    instance = read_instance(Path(path))
    cap, total = instance.cap or 1, int(instance.graph.load.sum())
    graph = _gerry_graph(instance)
    start, k = time.process_time(), -(-total // cap)
    while time.process_time() - start < limit_s:
        # Even parts below the cap: the slack on either side is what the cap leaves.
        loose = cap * k / total - 1
        for seed in range(1, 4):
            labels = _tree_parts(graph, instance, k, max(loose, 0.001), seed)
            if labels is None:
                continue
            if np.bincount(labels, instance.graph.load).max() <= cap:
                return {"parts": k, "cpu_s": time.process_time() - start}
        k += max(1, k // 100)
    return {"parts": None, "cpu_s": time.process_time() - start}


def gerrychain_districts(path: str, seconds: float, seed: int) -> dict[str, Any]:
    """Return the best cut and inertia along a ReCom chain of so many CPU seconds."""
    instance = read_instance(Path(path))
    return _best(instance, _recom(instance, seconds, seed)) | {"cpu_s": seconds}


def _recom(instance: Instance, seconds: float, seed: int) -> Iterator[Ints]:
    """Walk chains until the seconds are spent; where one finds no even cut another starts."""
    from gerrychain import Partition
    from gerrychain.tree import PopulationBalanceError

    k = instance.k or 1
    mean = float(instance.graph.load.sum()) / k
    loose = min(instance.high - mean, mean - instance.low) / mean
    ends = time.process_time() + seconds
    graph = _gerry_graph(instance)
    for attempt in range(_TREE_TRIES):
        labels = _tree_parts(graph, instance, k, loose, 1000 * seed + attempt)
        if labels is not None:
            first = Partition(graph, dict(enumerate(labels.tolist())))
            with contextlib.suppress(PopulationBalanceError):
                yield from _chain(first, mean, loose, ends, seed + attempt)
        if time.process_time() > ends:
            return


def _chain(first: Any, mean: float, loose: float, ends: float, seed: int) -> Iterator[Ints]:
    from gerrychain import MarkovChain, accept, constraints, proposals

    step = partial(proposals.recom, pop_col="w", pop_target=mean, epsilon=loose)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chain = MarkovChain(
            step, constraints.contiguous, accept.always_accept, first, 10**9, rng=seed
        )
        for plan in chain:
            yield np.array([plan.assignment[v] for v in range(len(first.graph))], np.int64)
            if time.process_time() > ends:
                return


def _gerry_graph(instance: Instance) -> Any:
    import networkx
    from gerrychain import Graph

    made = networkx.Graph()
    made.add_nodes_from((v, {"w": int(w)}) for v, w in enumerate(instance.graph.load))
    made.add_edges_from(zip(instance.graph.i.tolist(), instance.graph.j.tolist(), strict=True))
    return Graph.from_networkx(made)


def _tree_parts(
    graph: Any, instance: Instance, k: int, loose: float, seed: int
) -> npt.NDArray[np.int64] | None:
    from gerrychain.partition.initial_partition_generators import recursive_tree_part
    from gerrychain.tree import bipartition_tree

    mean = float(instance.graph.load.sum()) / k
    cutter = partial(bipartition_tree, max_attempts=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = recursive_tree_part(
                graph, range(k), mean, "w", loose, bipartition_tree_fn=cutter, rng=seed
            )
        except (RuntimeError, ValueError):  # no balanced cut was found: its own refusal
            return None
    return np.array([found[v] for v in range(instance.graph.size)], np.int64)
