"""Small grids lifted to the minimum: each is divided anew together with its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gis.partition.engine import Effort, Wishes, exactly
from gis.partition.graph import Ints, PieceGraph

_MOST_NEIGHBOURS = 8


def lift_small(
    graph: PieceGraph,
    labels: Ints,
    cap: int,
    rng: np.random.Generator,
    wishes: Wishes,
    effort: Effort,
) -> Ints:
    """
    Lift grids below ``wishes.low`` to it where their neighbours can spare load.

    A small grid and one neighbour, else two, are divided anew into as many grids of nearly
    equal load; what has fewer small grids, all within `cap`, is kept. The number of grids
    stays. Grids above `cap` (one heavy piece) take no part.

    Parameters
    ----------
    graph, labels
        A connected graph and its division into connected grids 0..k-1, each with load.
    cap
        Load a grid of several pieces may reach.

    Returns
    -------
    labels
        With at most as many small grids as before.
    """
    labels = labels.copy()
    tried: set[frozenset[int]] = set()
    while wishes.low and not effort.is_stopped:
        load = np.bincount(labels, graph.load)
        group = next((g for g in _groups(graph, labels, load, cap, wishes.low, tried)), None)
        if group is None:
            return labels
        nodes = np.flatnonzero(np.isin(labels, group))
        part = graph.part(nodes)
        if int((part.load > 0).sum()) < len(group):
            continue
        mean = float(part.load.sum()) / len(group)
        anew = exactly(part, cap, len(group), mean, rng, wishes, effort)
        if anew is None:
            continue
        small = int((load[group] < wishes.low).sum())
        if int((np.bincount(anew, part.load) < wishes.low).sum()) < small:
            labels[nodes] = np.array(group)[anew]
            tried = {g for g in tried if not g.intersection(group)}
    return labels


def _groups(
    graph: PieceGraph, labels: Ints, load: Ints, cap: int, low: int, tried: set[frozenset[int]]
) -> Iterator[list[int]]:
    """Small grids with one or two neighbours that together hold enough, each group once."""
    a, b = labels[graph.i], labels[graph.j]
    for small in np.flatnonzero(load < low).tolist():
        beside = np.unique(np.r_[b[a == small], a[b == small]])
        beside = beside[(beside != small) & (load[beside] <= cap)]
        # The heaviest neighbours can spare most.
        near = beside[np.argsort(-load[beside], kind="stable")][:_MOST_NEIGHBOURS].tolist()
        for size in (1, 2):
            for others in combinations(near, size):
                group = [small, *others]
                enough = load[group].sum() >= low * len(group)
                if enough and frozenset(group) not in tried:
                    tried.add(frozenset(group))
                    yield group
