"""The most that a possible grid can be worth at the prices a certificate names."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

import numpy as np

from gis.verify.edges import Ints

_STEPS = 1000  # finer loads are rounded down, which allows more and so can only raise the most


def most_worth(load: Ints, near: list[list[int]], price: Ints, target: int) -> int:
    """
    Highest price of a possible grid, as section "The bound" of docs/grid-package.md defines it.

    Parameters
    ----------
    load, price
        Of each piece of one block; loads are at most `target`.
    near
        The pieces that touch each piece.
    """
    steps = min(target, _STEPS)
    size = [int(weight) * steps // target for weight in load.tolist()]
    order = sorted(range(len(size)), key=lambda v: (-int(load[v]), v))
    turn = {v: place for place, v in enumerate(order)}
    worth = price.tolist()
    return max(
        (_best_of(root, size, load, near, worth, turn, steps) for root in order if load[root]),
        default=0,
    )


def _best_of(
    root: int,
    size: list[int],
    load: Ints,
    near: list[list[int]],
    worth: list[int],
    turn: dict[int, int],
    steps: int,
) -> int:
    def is_open(v: int) -> bool:
        return not load[v] or turn[v] >= turn[root]

    path = _in_reach(root, size, near, is_open, steps)
    parent, order = _dominator_tree(root, near, path)
    below: dict[int, list[int]] = {v: [] for v in order}
    for v in order[1:]:
        below[parent[v]].append(v)
    # best[x]: the most that what is decided so far is worth in room x; children before parents.
    done = np.zeros(steps + 1, np.int64)
    return worth[root] + int(_with_children(root, below, size, worth, done)[steps - size[root]])


def _with_children(
    top: int, below: dict[int, list[int]], size: list[int], worth: list[int], after: Ints
) -> Ints:
    """The most worth in each room when `top` is held: its subtrees, then what comes after."""
    best = after
    stack: list[tuple[int, Ints | None]] = [(v, None) for v in below[top]]
    while stack:
        v, without = stack.pop()
        if without is None:
            stack.append((v, best))
            stack.extend((u, None) for u in below[v])
            continue
        taken = without.copy()
        if size[v] < len(best):
            room = len(best) - size[v]
            taken[size[v] :] = np.maximum(without[size[v] :], best[:room] + worth[v])
        best = taken
    return best


def _in_reach(
    root: int, size: list[int], near: list[list[int]], is_open: Callable[[int], bool], steps: int
) -> set[int]:
    """Pieces to which some path from the root weighs at most `steps` (Dijkstra)."""
    lightest = {root: size[root]}
    queue = [(size[root], root)]
    while queue:
        weight, v = heappop(queue)
        if weight > lightest[v]:
            continue
        for u in near[v]:
            through = weight + size[u]
            if through <= steps and through < lightest.get(u, steps + 1) and is_open(u):
                lightest[u] = through
                heappush(queue, (through, u))
    return set(lightest)


def _dominator_tree(
    root: int, near: list[list[int]], there: set[int]
) -> tuple[dict[int, int], list[int]]:
    """
    Immediate dominator of each piece, and the pieces in reverse postorder.

    Each pass narrows the dominators to what all neighbours share, until nothing changes.
    """
    order = _reverse_postorder(root, near, there)
    place = {v: k for k, v in enumerate(order)}
    parent = {root: root}
    changed = True
    while changed:
        changed = False
        for v in order[1:]:
            found: int | None = None
            for u in near[v]:
                if u in parent and u in there:
                    found = u if found is None else _meet(found, u, parent, place)
            assert found is not None  # noqa: S101 - some neighbour came before it
            if parent.get(v) != found:
                parent[v] = found
                changed = True
    return parent, order


def _meet(a: int, b: int, parent: dict[int, int], place: dict[int, int]) -> int:
    while a != b:
        if place[a] > place[b]:
            a = parent[a]
        else:
            b = parent[b]
    return a


def _reverse_postorder(root: int, near: list[list[int]], there: set[int]) -> list[int]:
    seen, done = {root}, []
    stack = [(root, iter(near[root]))]
    while stack:
        v, rest = stack[-1]
        for u in rest:
            if u in there and u not in seen:
                seen.add(u)
                stack.append((u, iter(near[u])))
                break
        else:
            stack.pop()
            done.append(v)
    return done[::-1]
