"""A lower bound of the verifier's own, and the certificate held against it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.verify.edges import Ints
from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.package import Package


def check_bound(community: Package, count: Recount) -> list[Finding]:
    """Recompute the bound and judge the certificate of one community."""
    code = community.community
    certificate = community.certificates[code]
    own = lower_bound(count)
    load = count.per_grid(count.load, len(community.grids))
    grids = int((load > 0).sum())
    said = int(certificate["lower_bound"])
    unfounded = said > own and not certificate.get("proven") and community.rules["caps"]
    return [
        promise(
            "certificate",
            code,
            f"The certificate counts its {grids} grids rightly",
            f"证书网格数({grids})属实",
            [] if certificate["grids"] == grids else [f"it says {certificate['grids']}"],
        ),
        promise(
            "bound",
            code,
            f"No division has fewer than {said} grids (recomputed: {own}); this one has {grids}",
            f"任何划分不少于 {said} 个网格(复算 {own})，本方案 {grids} 个",
            [f"{said} is not founded"] if unfounded or said > grids else [],
        ),
    ]


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
    alone = 0
    while True:
        lonely = _stand_alone(load, i, j, there, count.target)
        if not lonely.size:
            break
        alone += lonely.size
        there[lonely] = False
    block = _parts(len(load), i, j, there)
    kept = there & (load > 0)
    sizes = pd.Series(load[kept]).groupby(block[kept])
    return alone + sum(bins_l2(np.asarray(items), count.target) for _, items in sizes)


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
    best = -(-int(sizes.sum()) // capacity)
    for alpha in np.unique(sizes[2 * sizes <= capacity]):
        large = sizes[sizes > capacity - alpha]
        middle = sizes[(sizes <= capacity - alpha) & (2 * sizes > capacity)]
        small = sizes[(sizes >= alpha) & (2 * sizes <= capacity)]
        room = middle.size * capacity - int(middle.sum())
        extra = max(0, -(-(int(small.sum()) - room) // capacity))
        best = max(best, large.size + middle.size + extra)
    return max(best, int((2 * sizes > capacity).sum()))
