"""
Compiled: what a grid can reach from its heaviest piece, and the best that it may hold.

A grid is a connected set of pieces of at most `target` load. Take its heaviest piece as its
root. Then every other piece of it lies within the root's reach (some path without heavier pieces
whose load, ends included, is at most the target), and with a piece the grid holds all pieces that
lie on every such path to it: its dominators. Dropping all else that connectedness asks for leaves
a knapsack on the tree of dominators, which dynamic programming solves exactly in
O(pieces in reach x target). The dominators are found as Cooper, Harvey and Kennedy do ("A
simple, fast dominance algorithm", 2001).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gis.partition.graph import PieceGraph


class Reach(NamedTuple):
    """
    Trees of dominators, one for each loaded piece as root, flattened.

    Tree ``t`` holds ``nodes[first[t]:first[t + 1]]`` in preorder, its root first; ``skip`` is the
    place, counted from the tree's first node, behind the subtree of a node. ``size`` is the load
    of each piece in whole steps of the knapsack, of which a grid holds ``steps``.
    """

    first: npt.NDArray[np.int64]
    nodes: npt.NDArray[np.int64]
    skip: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    steps: int


def reach_of(graph: PieceGraph, target: int, *, most_steps: int, most_nodes: int) -> Reach | None:
    """
    Find the reach of every loaded piece of a graph.

    Loads above `target` count as `target`. When the target is more than `most_steps`, loads
    are rounded down to that many steps, which can only widen the reach.

    Returns None when the trees would have more than `most_nodes` nodes in all.
    """
    load = np.minimum(graph.load, target)
    steps = min(target, most_steps)
    size = load if steps == target else np.array([int(v) * steps // target for v in load], np.int64)
    order = np.lexsort((np.arange(graph.size), -load))
    rank = np.empty(graph.size, np.int64)
    rank[order] = np.arange(graph.size)
    roots = order[: int((load > 0).sum())]
    matrix = graph.adjacency
    start, near = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    open_to = np.where(load > 0, rank, graph.size)  # pieces without load are open to every root
    first, nodes, skip = _trees(start, near, size, open_to, roots, steps, most_nodes)
    return Reach(first, nodes, skip, size, steps) if len(first) > len(roots) else None


@njit(cache=True)
def best_grids(reach, price, least, value, first, pieces):  # type: ignore[no-untyped-def]
    """
    Find the highest price of what a grid with each root may hold, under the relaxation above.

    Prices are whole numbers, kept as floats, in which they stay exact below 2**53 and are added
    faster. Fills `value` for each tree. Where it is above `least`, the pieces go to `pieces`,
    those of the k-th such grid to ``pieces[first[k]:first[k + 1]]``. Returns how many there are.
    """
    deepest = 0
    for t in range(len(reach.first) - 1):
        deepest = max(deepest, reach.first[t + 1] - reach.first[t])
    table = np.zeros((deepest + 1, reach.steps + 1))
    found, end = 0, 0
    first[0] = 0
    for t in range(len(reach.first) - 1):
        nodes = reach.nodes[reach.first[t] : reach.first[t + 1]]
        skip = reach.skip[reach.first[t] : reach.first[t + 1]]
        _fill(table, nodes, skip, reach.size, price)
        room = reach.steps - reach.size[nodes[0]]
        value[t] = price[nodes[0]] + table[1, room]
        if value[t] > least:
            end = _read_off(table, nodes, skip, reach.size, room, pieces, end)
            found += 1
            first[found] = end
    return found


@njit(cache=True)
def _fill(table, nodes, skip, size, price):  # type: ignore[no-untyped-def]
    """Row c: the most that nodes c.. may be worth in each room, their ancestors being taken."""
    count, steps = len(nodes), table.shape[1]
    table[count, :] = 0
    for c in range(count - 1, 0, -1):
        need, worth, past = size[nodes[c]], price[nodes[c]], skip[c]
        without, below, row = table[past], table[c + 1], table[c]
        row[:need] = without[:need]
        for room in range(need, steps):
            taken = below[room - need] + worth
            row[room] = taken if taken > without[room] else without[room]


@njit(cache=True)
def _read_off(table, nodes, skip, size, room, pieces, end):  # type: ignore[no-untyped-def]
    pieces[end] = nodes[0]
    end += 1
    c = 1
    while c < len(nodes):
        if table[c, room] > table[skip[c], room]:
            pieces[end] = nodes[c]
            end += 1
            room -= size[nodes[c]]
            c += 1
        else:
            c = skip[c]
    return end


@njit(cache=True)
def _trees(start, near, size, rank, roots, steps, most):  # type: ignore[no-untyped-def]
    n, count = len(size), len(roots)
    first = np.zeros(count + 1, np.int64)
    nodes, skip = np.empty(1024, np.int64), np.empty(1024, np.int64)
    path = np.empty(n, np.int64)
    queue, queued = np.empty(n + 1, np.int64), np.zeros(n, np.bool_)
    post, place = np.empty(n, np.int64), np.empty(n, np.int64)
    above, below, beside = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    stack, next_edge = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    for t in range(count):
        root, begin = roots[t], first[t]
        _lightest_paths(start, near, size, rank, root, steps, path, queue, queued)
        reached = _postorder(start, near, path, root, steps, post, place, stack, next_edge)
        _dominators(start, near, path, root, steps, post, place, above, reached)
        if begin + reached > most:
            return first[: t + 1], nodes, skip
        if begin + reached > len(nodes):
            nodes = _longer(nodes, begin + reached)
            skip = _longer(skip, begin + reached)
        part, behind = nodes[begin : begin + reached], skip[begin : begin + reached]
        order = post[:reached]
        kept = _preorder(size, root, steps, order, above, below, beside, stack, part, behind)
        first[t + 1] = begin + kept
    return first, nodes[: first[count]], skip[: first[count]]


@njit(cache=True)
def _longer(array, least):  # type: ignore[no-untyped-def]
    longer = np.empty(max(2 * len(array), least), np.int64)
    longer[: len(array)] = array
    return longer


@njit(cache=True)
def _lightest_paths(start, near, size, rank, root, steps, path, queue, queued):  # type: ignore[no-untyped-def]
    """Load of the lightest path to each piece, both ends included; above `steps`: out of reach."""
    path[:] = steps + 1
    path[root] = size[root]
    queue[0] = root
    head, waiting = 0, 1
    while waiting:
        v = queue[head]
        head = (head + 1) % len(queue)
        waiting -= 1
        queued[v] = False
        for e in range(start[v], start[v + 1]):
            u = near[e]
            through = path[v] + size[u]
            if rank[u] > rank[root] and through <= steps and through < path[u]:
                path[u] = through
                if not queued[u]:
                    queued[u] = True
                    queue[(head + waiting) % len(queue)] = u
                    waiting += 1


@njit(cache=True)
def _postorder(start, near, path, root, steps, post, place, stack, next_edge):  # type: ignore[no-untyped-def]
    """Depth-first postorder of what is in reach; returns how many pieces that is."""
    place[:] = -1
    stack[0], next_edge[0], place[root] = root, start[root], 0
    depth, done = 1, 0
    while depth:
        v = stack[depth - 1]
        if next_edge[depth - 1] == start[v + 1]:
            post[done], place[v] = v, done
            done += 1
            depth -= 1
            continue
        u = near[next_edge[depth - 1]]
        next_edge[depth - 1] += 1
        if path[u] <= steps and place[u] < 0:
            place[u] = 0
            stack[depth], next_edge[depth] = u, start[u]
            depth += 1
    return done


@njit(cache=True)
def _dominators(start, near, path, root, steps, post, place, above, reached):  # type: ignore[no-untyped-def]
    """Immediate dominator of each piece in reach of the root."""
    above[:] = -1
    above[root] = root
    changed = True
    while changed:
        changed = False
        for p in range(reached - 2, -1, -1):
            v, common = post[p], -1
            for e in range(start[v], start[v + 1]):
                u = near[e]
                if path[u] > steps or above[u] < 0:
                    continue
                if common < 0:
                    common = u
                while common != u:
                    if place[common] < place[u]:
                        common = above[common]
                    else:
                        u = above[u]
            if above[v] != common:
                above[v] = common
                changed = True


@njit(cache=True)
def _preorder(size, root, steps, post, above, below, beside, stack, nodes, skip):  # type: ignore[no-untyped-def]
    """Flatten the tree; what weighs too much with its dominators is left out with its subtree."""
    below[post] = -1
    for v in post[:-1]:
        beside[v] = below[above[v]]
        below[above[v]] = v
    needs, tree_size = np.zeros(len(size), np.int64), np.ones(len(size), np.int64)
    needs[root] = size[root]
    stack[0] = root
    waiting, kept = 1, 0
    while waiting:
        waiting -= 1
        v = stack[waiting]
        nodes[kept] = v
        kept += 1
        u = below[v]
        while u >= 0:
            needs[u] = needs[v] + size[u]
            if needs[u] <= steps:
                stack[waiting] = u
                waiting += 1
            u = beside[u]
    for c in range(kept - 1, 0, -1):
        tree_size[above[nodes[c]]] += tree_size[nodes[c]]
    for c in range(kept):
        skip[c] = c + tree_size[nodes[c]]
    return kept
