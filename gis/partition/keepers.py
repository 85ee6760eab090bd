"""
Compiled exact answer to one question: what must leave a grid that is too heavy?

When new grids may open, the fewest households that must move from an overloaded grid are those
of the lightest set of pieces without which the rest is connected and within the cap. Grids are
small, so the sets are searched through, the light ones first.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def _rest_is_whole(pieces, nodes, place, gone, queue, seen):  # type: ignore[no-untyped-def]
    """Whether what stays with load hangs together (`seen` marks it), and is not nothing."""
    first, loaded = -1, 0
    for p in range(len(nodes)):
        seen[p] = False
        if not gone[p] and pieces.load[nodes[p]] > 0:
            loaded += 1
            first = p
    if first < 0:
        return False
    seen[first] = True
    queue[0] = first
    head, tail, reached = 0, 1, 1
    while head < tail:
        v = nodes[queue[head]]
        head += 1
        for e in range(pieces.start[v], pieces.start[v + 1]):
            q = place[pieces.near[e]]
            if q >= 0 and not gone[q] and not seen[q]:
                seen[q] = True
                queue[tail] = q
                tail += 1
                if pieces.load[nodes[q]] > 0:
                    reached += 1
    return reached == loaded


@njit(cache=True)
def lightest_leavers(pieces, nodes, place, stays, weight, need, steps):  # type: ignore[no-untyped-def]
    """
    Mark the pieces of a grid that leave it so that at least `need` of load does.

    Parameters
    ----------
    nodes
        Pieces of the grid, connected; `place[v]` is the position of v in it, else -1.
    stays, weight
        By position: whether the piece must stay, and what its leaving costs.
    steps
        Sets looked at before the best so far is taken.

    Returns
    -------
    gone
        Lightest set found whose leaving keeps the rest with load together; ground without load
        that the leaving cuts off goes with it. All False when there is no such set.
    """
    m = len(nodes)
    able = np.empty(m, np.int64)
    count = 0
    for p in range(m):
        if pieces.load[nodes[p]] > 0 and not stays[p]:
            able[count] = p
            count += 1
    able = able[:count]
    # Heavy ones first: sets that are just enough come early and bound the rest.
    able = able[np.argsort(-weight[able], kind="mergesort")]
    left = np.zeros(count + 1, np.int64)
    for k in range(count - 1, -1, -1):
        left[k] = left[k + 1] + pieces.load[nodes[able[k]]]
    gone, best = np.zeros(m, np.bool_), np.zeros(m, np.bool_)
    queue, seen = np.empty(m, np.int64), np.empty(m, np.bool_)
    choice = np.zeros(count + 1, np.int64)
    load, cost, least = 0, 0.0, np.inf
    k = 0
    while k >= 0 and steps > 0:
        steps -= 1
        if k == count or load + left[k] < need or choice[k] == 2:
            choice[k] = 0
            k -= 1
            if k >= 0 and choice[k] == 1:
                p = able[k]
                gone[p] = False
                load -= pieces.load[nodes[p]]
                cost -= weight[p]
            continue
        p = able[k]
        choice[k] += 1
        if choice[k] == 2:
            k += 1
            continue
        if cost + weight[p] >= least - 1e-9:
            continue
        gone[p] = True
        if load + pieces.load[nodes[p]] >= need and _rest_is_whole(
            pieces, nodes, place, gone, queue, seen
        ):
            least = cost + weight[p]
            best[:] = ~seen
            gone[p] = False
            continue
        load += pieces.load[nodes[p]]
        cost += weight[p]
        k += 1
    return best
