"""How few grids are possible: lower bounds that hold for every division under the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gis.partition.graph import Ints, PieceGraph

_ROUNDS = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """
    Fewest grids of one graph.

    Attributes
    ----------
    grids
        The bound: pieces that must stand alone plus the bounds of the blocks.
    alone
        Pieces with load that no grid can hold together with any other load.
    block
        Block of each other piece: what stays connected when the lone pieces are taken out;
        -1 for the lone pieces.
    block_grids
        Fewest grids of each block (0 for a block without load).
    by_total
        What the total load alone would give.
    by_bins
        What lone pieces and bins give, before prices.
    price
        Prices of the pieces that raise the bound of their blocks (`gis.partition.prices`); all
        zero in a block that is bounded by its bins.
    by_search
        How many of `grids` only an exact search shows (`gis.partition.proof`).
    """

    grids: int
    alone: npt.NDArray[np.bool_]
    block: Ints
    block_grids: Ints
    by_total: int
    by_bins: int
    price: Ints
    by_search: int = 0

    @property
    def recomputable(self) -> Bound:
        """The same without what only an exact search shows."""
        return replace(self, grids=self.grids - self.by_search, by_search=0)


def fewest_grids(graph: PieceGraph, target: int) -> Bound:
    """
    Bound the number of connected grids from below.

    A grid may hold load up to `target`; a piece above it is counted as `target` because it
    must be a grid by itself. A piece that exceeds the target together with every loaded piece
    it touches (directly, or across pieces without load) stands alone; taking it out cuts the
    graph into blocks, each of which needs at least as many grids as bins (`bin_bound`).

    Raises nothing; an empty graph needs 0 grids. O(m log m) for each of at most 64 rounds.
    """
    size = np.minimum(graph.load, target)
    alone = _lone_pieces(graph, size, target)
    block = graph.components(~alone)
    count = int(block.max(initial=-1)) + 1
    order = np.argsort(block, kind="stable")
    groups = np.split(size[order], np.searchsorted(block[order], np.arange(count)))[1:]
    grids = np.array([bin_bound(group, target) for group in groups], np.int64)
    by_total = -(-int(sum(size.tolist())) // target)
    least = int(alone.sum()) + int(grids.sum())
    return Bound(least, alone, block, grids, by_total, least, np.zeros(graph.size, np.int64))


def bin_bound(sizes: Ints, capacity: int) -> int:
    """
    Fewest bins of `capacity` that hold all `sizes` (bound L2 of Martello and Toth, 1990).

    For each threshold K, items above ``capacity - K`` fill a bin, items above half a bin need
    one of their own, and items from K to half a bin fill what those leave.

    >>> bin_bound(np.array([6, 6, 6]), 10)
    3
    >>> bin_bound(np.array([5, 5, 5]), 10)
    2
    >>> bin_bound(np.array([0, 0]), 10)
    0
    """
    loaded = np.sort(sizes[sizes > 0])
    if len(loaded) == 0:
        return 0
    running = np.concatenate(([0], np.cumsum(loaded)))
    best = -(-int(running[-1]) // capacity)
    half = int(np.searchsorted(loaded, capacity // 2, side="right"))
    thresholds = np.unique(np.concatenate(([0], loaded[:half])))
    start = np.searchsorted(loaded, thresholds, side="left")
    full = np.searchsorted(loaded, capacity - thresholds, side="right")
    big = full - half
    room = big * capacity - (running[full] - running[half])
    small = running[half] - running[start]
    extra = np.maximum(0, -(-(small - room) // capacity))
    return max(best, int((len(loaded) - full + big + extra).max()))


def _lone_pieces(graph: PieceGraph, size: Ints, target: int) -> npt.NDArray[np.bool_]:
    alone = np.zeros(graph.size, np.bool_)
    loaded = size > 0
    clump = graph.components(~loaded)
    for _ in range(_ROUNDS):
        partner = _lightest_partner(graph, size, target, clump, loaded & ~alone)
        found = loaded & ~alone & (size + partner > target)
        # The only loaded piece of what is left is no obstacle to anybody: leave it in its block.
        found &= (partner <= target) | (size == target)
        if not found.any():
            break
        alone |= found
    return alone


def _lightest_partner(
    graph: PieceGraph, size: Ints, target: int, clump: Ints, able: npt.NDArray[np.bool_]
) -> Ints:
    """Load of the lightest piece each piece can reach; above the target when there is none."""
    nobody = target + 1
    lightest = np.full(graph.size, nobody, np.int64)
    a, b = np.concatenate((graph.i, graph.j)), np.concatenate((graph.j, graph.i))
    direct = able[a] & able[b]
    np.minimum.at(lightest, a[direct], size[b[direct]])
    across = able[a] & (clump[b] >= 0)
    pairs = np.unique(np.column_stack((clump[b[across]], a[across])), axis=0)
    group, piece = pairs[:, 0], pairs[:, 1]
    order = np.lexsort((size[piece], group))
    group, piece = group[order], piece[order]
    first = np.concatenate(([True], group[1:] != group[:-1])) if len(group) else group == 0
    start = np.flatnonzero(first)
    second = np.minimum(start + 1, max(len(group) - 1, 0))
    rest = np.where(group[second] == group[start], size[piece[second]], nobody)
    rest = np.where(second == start, nobody, rest)
    which = np.cumsum(first) - 1
    best = np.where(first, rest[which], size[piece[start]][which]) if len(group) else group
    np.minimum.at(lightest, piece, best)
    return lightest
