"""A lower bound on the number of grids, computed anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.verify.edges import Ints
from gis.verify.loads import Recount
from gis.verify.prices import most_worth


def lower_bound(count: Recount, prices: Ints | None = None) -> int:
    """
    Bound the number of grids that hold households, from below.

    Parameters
    ----------
    prices
        Price of each unit, as the certificate names them; without them only bins are counted.

    Notes
    -----
    Section "The bound" of docs/grid-package.md: pieces that can share a grid with no other
    stand alone; what remains needs, block by block, the bins of bound L2 (Martello and Toth,
    Knapsack Problems, 1990, section 8.3) or what the prices show, whichever is more.
    """
    load = np.minimum(count.piece_loads(), count.target)
    i, j = _piece_links(count)
    there = np.ones(len(load), bool)
    # Looking again finds nothing new: whoever stands alone was no partner to anybody either.
    lonely = _stand_alone(load, i, j, there, count.target)
    there[lonely] = False
    block = _parts(len(load), i, j, there)
    price = np.zeros(len(load), np.int64)
    if prices is not None:
        np.add.at(price, count.piece, prices)
    kept = there & (load > 0)
    least = int(lonely.size)
    for b in np.unique(block[kept]):
        inside = np.flatnonzero(there & (block == b))
        bins = bins_l2(load[inside], count.target)
        if price[inside].any():
            links = _among(inside, i, j)
            bins = max(bins, _by_prices(load[inside], price[inside], *links, count.target))
        least += bins
    return least


def _by_prices(load: Ints, price: Ints, i: Ints, j: Ints, target: int) -> int:
    near: list[list[int]] = [[] for _ in load]
    for a, b in zip(i.tolist(), j.tolist(), strict=True):
        near[a].append(b)
        near[b].append(a)
    most = most_worth(load, near, price, target)
    return -(-int(price.sum()) // most) if most > 0 else 0


def _among(inside: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """Links among some pieces, by their places among these."""
    both = np.isin(i, inside) & np.isin(j, inside)
    return np.searchsorted(inside, i[both]), np.searchsorted(inside, j[both])


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
