"""
Compiled: every grid that a division into few grids may hold, of a small graph.

Pieces are numbered heaviest first and sets of them are bits of one whole number. A connected set
is met once: from its first piece on, the first piece beside it is taken or left for good. What
can no longer become a grid with the worth that every grid must have is cut off early: at best, all
that is still within reach is added, by worth per load, the last piece in part (Dantzig, 1957).
A piece without load is taken only where a piece follows that is not come to without it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.graph import Ints, PieceGraph

MOST_PIECES = 60


class Small(NamedTuple):
    """
    A graph of at most 60 pieces, renumbered heaviest first.

    ``piece`` is the piece in the graph it came from, ``size`` its load (at most the target),
    ``beside`` the set of pieces that each touches.
    """

    piece: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    beside: npt.NDArray[np.int64]


class Worth(NamedTuple):
    """Worth of each piece, and the least worth of a grid; both whole numbers, in floats."""

    piece: npt.NDArray[np.float64]
    least: float


def needed_pieces(graph: PieceGraph) -> Ints:
    """
    Tell which pieces a division may need, rising.

    A piece without load whose neighbours all touch each other connects nothing that is not
    connected without it.
    """
    near = _needed(graph)
    return np.array([v for v in range(graph.size) if graph.load[v] or near[v]], np.int64)


def small_graph(graph: PieceGraph, target: int) -> Small:
    """Take the pieces out of a graph that a division may need, at most 60."""
    near, piece = _needed(graph), needed_pieces(graph)
    size = np.minimum(graph.load, target)
    piece = piece[np.lexsort((piece, -size[piece]))]
    place = {int(v): k for k, v in enumerate(piece)}
    beside = [sum(1 << place[u] for u in near[v]) for v in piece.tolist()]
    return Small(piece, size[piece], np.array(beside, np.int64))


def _needed(graph: PieceGraph) -> list[set[int]]:
    """Neighbours of each piece, none for the pieces without load that connect nothing."""
    rows = np.split(graph.adjacency.indices, graph.adjacency.indptr[1:-1])
    near = [{int(u) for u in row} for row in rows]
    waiting = [int(v) for v in np.flatnonzero(graph.load == 0)]
    while waiting:
        v = waiting.pop()
        around = near[v]
        if all(around - {u} <= near[u] for u in around):
            near[v] = set()
            for u in around:
                near[u] = near[u] - {v}
            waiting += [u for u in sorted(around) if graph.load[u] == 0 and u not in waiting]
    return near


def possible_grids(
    small: Small, target: int, worths: list[Worth], *, sets: int, steps: int
) -> tuple[Ints, int]:
    """
    List the connected sets within the target that have every worth asked for.

    Sets that stay connected without one of their pieces without load are left out.

    Parameters
    ----------
    worths
        Worths of the pieces, and what a grid must have of each.
    sets, steps
        How many sets are listed, and steps made, at most.

    Returns
    -------
    grids, done
        Sets as bits, in the order they were met, and the steps made; more than `steps` when
        the search was ended by a limit.
    """
    piece = np.array([w.piece for w in worths], np.float64).reshape(len(worths), len(small.size))
    least = np.array([w.least for w in worths], np.float64)
    ratio = piece / np.maximum(small.size, 0.5)
    order = np.argsort(-ratio, axis=1, kind="stable")
    found, done = _listed(small.size, small.beside, target, piece, least, order, sets, steps)
    return found, int(done)


@njit(cache=True)
def _listed(size, beside, target, piece, least, order, sets, steps):  # type: ignore[no-untyped-def]
    n = len(size)
    found, count, done = np.empty(sets, np.int64), 0, 0
    taken, able = np.empty(n + 2, np.int64), np.empty(n + 2, np.int64)
    load, worth = np.empty(n + 2, np.int64), np.empty((n + 2, len(piece)))
    loaded = np.searchsorted(-size, 0)
    bare = ((np.int64(1) << n) - 1) & ~((np.int64(1) << loaded) - 1)
    for root in range(loaded):
        taken[0], load[0] = np.int64(1) << root, size[root]
        able[0] = ((np.int64(1) << n) - 1) & ~((np.int64(2) << root) - 1)
        worth[0] = piece[:, root]
        depth = 1
        while depth:
            depth -= 1
            done += 1
            if done > steps:
                return found[:count], done
            group, heavy = taken[depth], load[depth]
            free = _fitting(able[depth], size, target - heavy)
            reach = spread(beside, group, free) & ~group
            if not _worthy(reach, worth[depth], target - heavy, size, piece, least, order):
                continue
            edge = touched(beside, group) & reach
            if group & bare:
                edge = _next(beside, group, group & bare, edge, reach)
                if edge < 0:
                    continue
            if edge == 0:
                if count == sets:
                    return found, steps + 1
                found[count] = group
                count += 1
                continue
            bit = edge & -edge
            v = _place(bit)
            able[depth] = reach & ~bit
            taken[depth + 1], load[depth + 1] = group | bit, heavy + size[v]
            able[depth + 1] = able[depth]
            worth[depth + 1] = worth[depth] + piece[:, v]
            depth += 2
    return found[:count], done


@njit(cache=True)
def _place(bit):  # type: ignore[no-untyped-def]
    """Place of the only bit of a set."""
    place = 0
    for step in (32, 16, 8, 4, 2, 1):
        if bit >> step:
            bit >>= step
            place += step
    return place


@njit(cache=True)
def _fitting(free, size, room):  # type: ignore[no-untyped-def]
    """What is light enough; pieces come heaviest first."""
    rest = free
    while rest:
        bit = rest & -rest
        if size[_place(bit)] <= room:
            break
        free ^= bit
        rest ^= bit
    return free


@njit(cache=True)
def touched(beside, group):  # type: ignore[no-untyped-def]
    """Whatever touches a set."""
    edge = np.int64(0)
    while group:
        bit = group & -group
        edge |= beside[_place(bit)]
        group ^= bit
    return edge


@njit(cache=True)
def spread(beside, group, free):  # type: ignore[no-untyped-def]
    """Add to a set the free pieces that can be come to from it, over free pieces."""
    reached, new = group, group
    while new:
        new = touched(beside, new) & free & ~reached
        reached |= new
    return reached


@njit(cache=True)
def _worthy(reach, worth, room, size, piece, least, order):  # type: ignore[no-untyped-def]
    """Whether a set may still become worth enough."""
    for k in range(len(least)):
        best, left = worth[k], room
        for v in order[k]:
            value = piece[k, v]
            if best >= least[k] or value <= 0:
                break
            if reach >> v & 1:
                if size[v] > left:
                    best += value * (left / size[v]) + 1.0  # one more, for what was rounded
                    break
                best += value
                left -= size[v]
        if best < least[k]:
            return False
    return True


@njit(cache=True)
def _next(beside, group, bare, edge, reach):  # type: ignore[no-untyped-def]
    """
    Of the pieces at the edge, those of which one must follow; -1 when the set leads nowhere.

    A set that is connected without one of its pieces without load needs a piece that touches
    nothing else of it.
    """
    while bare:
        bit = bare & -bare
        bare ^= bit
        others = group ^ bit
        first = others & -others
        if spread(beside, first, others) == others:
            own = beside[_place(bit)] & reach & ~touched(beside, others)
            return own if own else np.int64(-1)
    return edge


@njit(cache=True)
def worths(groups, price):  # type: ignore[no-untyped-def]
    """Sum of the prices of each set."""
    total = np.zeros(len(groups))
    for k in range(len(groups)):
        rest = groups[k]
        while rest:
            bit = rest & -rest
            total[k] += price[_place(bit)]
            rest ^= bit
    return total
