"""A lower bound on the number of grids, computed anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.verify.edges import Ints
from gis.verify.loads import Recount


def lower_bound(count: Recount) -> int:
    """
    Bound the number of grids that hold households, from below.

    Notes
    -----
    Section "The bound" of docs/grid-package.md: pieces that can share a grid with no other
    stand alone; what remains needs, block by block, the bins of bound L2 (Martello and Toth,
    Knapsack Problems, 1990, section 8.3).
    """
    load = np.minimum(count.piece_loads(), count.target)
    i, j = _piece_links(count)
    there = np.ones(len(load), bool)
    # Looking again finds nothing new: whoever stands alone was no partner to anybody either.
    lonely = _stand_alone(load, i, j, there, count.target)
    there[lonely] = False
    block = _parts(len(load), i, j, there)
    kept = there & (load > 0)
    sizes = pd.Series(load[kept]).groupby(block[kept])
    return int(lonely.size) + sum(bins_l2(np.asarray(items), count.target) for _, items in sizes)


def _piece_links(count: Recount) -> tuple[Ints, Ints]:
    a, b = count.piece[count.graph.i], count.piece[count.graph.j]
    pairs = np.unique(np.column_stack([np.minimum(a, b), np.maximum(a, b)])[a != b], axis=0)
    return pairs[:, 0], pairs[:, 1]


def _parts(n: int, i: Ints, j: Ints, there: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    keep = there[i] & there[j]
    links = coo_array((np.ones(int(keep.sum()), bool), (i[keep], j[keep])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _stand_alone(
    load: Ints,
    i: Ints,
    j: Ints,
    there: np.ndarray[tuple[int], np.dtype[np.bool_]],
    target: int,
) -> Ints:
    """Loaded pieces that fit with no loaded piece they touch, directly or across empty ground."""
    empty = there & (load == 0)
    pond = _parts(len(load), i, j, empty)
    # The two lightest loaded pieces around each pond tell whether any of them can share it.
    near = np.concatenate([np.column_stack([i, j]), np.column_stack([j, i])])
    near = near[there[near[:, 0]] & there[near[:, 1]] & (load[near[:, 0]] > 0)]
    direct = near[load[near[:, 1]] > 0]
    lightest = np.full(len(load), np.iinfo(np.int64).max)
    np.minimum.at(lightest, direct[:, 0], load[direct[:, 1]])
    shores = near[empty[near[:, 1]]]
    around = pd.DataFrame({"piece": shores[:, 0], "pond": pond[shores[:, 1]]}).drop_duplicates()
    around["load"] = load[around["piece"]]
    around = around.sort_values(["pond", "load", "piece"])
    rank = around.groupby("pond").cumcount()
    first = around[rank == 0].set_index("pond")
    second = around[rank == 1].set_index("pond")["load"]
    is_first = around["piece"].to_numpy() == around["pond"].map(first["piece"]).to_numpy()
    other = np.where(is_first, around["pond"].map(second), around["pond"].map(first["load"]))
    known = ~np.isnan(other.astype(np.float64))
    np.minimum.at(lightest, around["piece"].to_numpy()[known], other[known].astype(np.int64))
    loaded = there & (load > 0)
    return np.flatnonzero(loaded & (lightest > target - load))


def bins_l2(sizes: Ints, capacity: int) -> int:
    """
    Return bound L2 of Martello and Toth on the bins that items need.

    >>> bins_l2(np.array([6, 6, 6]), 10)
    3
    >>> bins_l2(np.array([5, 5, 4, 3, 3]), 10)
    2
    """
    items = np.sort(sizes[sizes > 0])
    if not items.size:
        return 0
    running = np.concatenate([[0], np.cumsum(items)])
    half = int(np.searchsorted(items, capacity // 2, side="right"))
    # An item of alpha or less beside those above capacity - alpha has no room there.
    alphas = np.unique(np.concatenate([[0], items[:half]]))
    smallest = np.searchsorted(items, alphas, side="left")
    large = np.searchsorted(items, capacity - alphas, side="right")
    middle = large - half
    room = middle * capacity - (running[large] - running[half])
    rest = running[half] - running[smallest]
    bins = items.size - large + middle + np.maximum(0, -(-(rest - room) // capacity))
    return int(bins.max())
