"""
Compiled: the Voronoi ridges between points of different owners.

Points are whole numbers (lattice steps, see `gis.arrangement`). Which side of a line a point
lies on is told exactly in whole numbers; whether it lies in a circle is told in floating point,
and an edge is turned only when the point is inside beyond any rounding. So every turn makes the
triangulation better, none is turned back, and no input can make the work endless.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WIDEST = 2.5e8
"""Half the side of the widest ground, in steps, of which products fit a 64-bit whole number."""
_IN_CIRCLE_ERROR = 1.2e-15


@njit(cache=True)
def hilbert_ranks(x: Ints, y: Ints, side: int) -> Ints:
    """Place on a Hilbert curve of points 0 <= x, y < `side`."""
    rank = np.empty(len(x), np.int64)
    for k in range(len(x)):
        u, v = x[k] * 65536 // side, y[k] * 65536 // side
        d, s = 0, 32768
        while s > 0:
            right, up = 1 if u & s else 0, 1 if v & s else 0
            d += s * s * ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    u, v = 65535 - u, 65535 - v
                u, v = v, u
            s //= 2
        rank[k] = d
    return rank


@njit(cache=True)
def _side(x: Ints, y: Ints, a: int, b: int, c: int) -> int:
    """Above 0 when c lies to the left of the line from a to b, 0 when on it; exact."""
    return int((x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]))


@njit(cache=True)
def _in_circle(x: Ints, y: Ints, a: int, b: int, c: int, d: int) -> bool:
    """Whether d lies inside the circle through a, b, c (anticlockwise), beyond rounding."""
    ax, ay = float(x[a] - x[d]), float(y[a] - y[d])
    bx, by = float(x[b] - x[d]), float(y[b] - y[d])
    cx, cy = float(x[c] - x[d]), float(y[c] - y[d])
    bc, cb, ca = bx * cy, cx * by, cx * ay
    ac, ab, ba = ax * cy, ax * by, bx * ay
    al, bl, cl = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    inside = al * (bc - cb) + bl * (ca - ac) + cl * (ab - ba)
    size = al * (abs(bc) + abs(cb)) + bl * (abs(ca) + abs(ac)) + cl * (abs(ab) + abs(ba))
    return inside > _IN_CIRCLE_ERROR * size


@njit(cache=True)
def _point_to(near: Ints, triangle: int, old: int, new: int) -> None:
    """Let a triangle have `new` for its neighbour `old`."""
    if triangle >= 0:
        for k in range(3):
            if near[triangle, k] == old:
                near[triangle, k] = new
                return


@njit(cache=True)
def _set(rows: Ints, row: int, a: int, b: int, c: int) -> None:
    rows[row, 0], rows[row, 1], rows[row, 2] = a, b, c


@njit(cache=True)
def _holds(x: Ints, y: Ints, corner: Ints, t: int, p: int) -> bool:
    a, b, c = corner[t, 0], corner[t, 1], corner[t, 2]
    sides = _side(x, y, a, b, p), _side(x, y, b, c, p), _side(x, y, c, a, p)
    return min(sides) >= 0


@njit(cache=True)
def _locate(x: Ints, y: Ints, corner: Ints, near: Ints, count: int, at: int, p: int) -> int:
    """Walk from a triangle to the one that holds p."""
    before = -1
    for _ in range(count):
        further = -1
        for k in range(3):
            other = near[at, k]
            if other != before or before < 0:
                a, b = corner[at, (k + 1) % 3], corner[at, (k + 2) % 3]
                if _side(x, y, a, b, p) < 0:
                    further = other
                    break
        if further < 0:
            return at
        before, at = at, further
    # A walk could go round where rounding left an edge that should have been turned.
    for t in range(count):
        if _holds(x, y, corner, t, p):
            return t
    return at


@njit(cache=True)
def _split_face(corner: Ints, near: Ints, t: int, p: int, count: int) -> None:
    """Put p into triangle t; it becomes three, each with p first."""
    a, b, c = corner[t, 0], corner[t, 1], corner[t, 2]
    na, nb, nc = near[t, 0], near[t, 1], near[t, 2]
    t1, t2 = count, count + 1
    _set(corner, t, p, b, c)
    _set(near, t, na, t1, t2)
    _set(corner, t1, p, c, a)
    _set(near, t1, nb, t2, t)
    _set(corner, t2, p, a, b)
    _set(near, t2, nc, t, t1)
    _point_to(near, nb, t, t1)
    _point_to(near, nc, t, t2)


@njit(cache=True)
def _split_edge(corner: Ints, near: Ints, t: int, k: int, p: int, count: int) -> int:
    """Put p on the edge opposite corner k of t; two triangles become four. Gives the second."""
    a, b, c = corner[t, k], corner[t, (k + 1) % 3], corner[t, (k + 2) % 3]
    tb, tc, u = near[t, (k + 1) % 3], near[t, (k + 2) % 3], near[t, k]
    j = 0 if near[u, 0] == t else 1 if near[u, 1] == t else 2
    d, uc, ub = corner[u, j], near[u, (j + 1) % 3], near[u, (j + 2) % 3]
    t2, t3 = count, count + 1
    _set(corner, t, p, a, b)
    _set(near, t, tc, u, t3)
    _set(corner, u, p, b, d)
    _set(near, u, uc, t2, t)
    _set(corner, t2, p, d, c)
    _set(near, t2, ub, t3, u)
    _set(corner, t3, p, c, a)
    _set(near, t3, tb, t, t2)
    _point_to(near, ub, u, t2)
    _point_to(near, tb, t, t3)
    return int(u)


@njit(cache=True)
def _turn_edges(x: Ints, y: Ints, corner: Ints, near: Ints, stack: Ints, top: int) -> None:
    """Turn edges opposite the first corner of the triangles on the stack until none need it."""
    while top > 0:
        top -= 1
        t = stack[top]
        u = near[t, 0]
        if u < 0:
            continue
        j = 0 if near[u, 0] == t else 1 if near[u, 1] == t else 2
        p, a, b, d = corner[t, 0], corner[t, 1], corner[t, 2], corner[u, j]
        if not _in_circle(x, y, p, a, b, d):
            continue
        beside_b, beside_a = near[t, 1], near[t, 2]
        ua, ub = near[u, (j + 1) % 3], near[u, (j + 2) % 3]
        _set(corner, t, p, a, d)
        _set(near, t, ua, u, beside_a)
        _set(corner, u, p, d, b)
        _set(near, u, ub, beside_b, t)
        _point_to(near, ua, u, t)
        _point_to(near, beside_b, t, u)
        stack[top], stack[top + 1] = t, u
        top += 2


@njit(cache=True)
def triangulate(x: Ints, y: Ints) -> tuple[Ints, Ints, int]:
    """
    Delaunay triangulation of points inside a square whose corners are the last four points.

    Parameters
    ----------
    x, y
        Points, near ones best near in order; then the square's corners, anticlockwise.

    Returns
    -------
    corner, near, count
        Corners of each triangle (anticlockwise), its neighbours opposite them (-1: none), and
        how many triangles there are. A point that comes twice is placed once.
    """
    n = len(x) - 4
    corner, near = np.empty((2 * n + 2, 3), np.int64), np.empty((2 * n + 2, 3), np.int64)
    stack = np.empty(2 * n + 8, np.int64)
    _set(corner, 0, n, n + 1, n + 2)
    _set(near, 0, -1, 1, -1)
    _set(corner, 1, n, n + 2, n + 3)
    _set(near, 1, -1, -1, 0)
    count, at = 2, 0
    for p in range(n):
        at = _locate(x, y, corner, near, count, at, p)
        edge, on = -1, 0
        for k in range(3):
            if _side(x, y, corner[at, (k + 1) % 3], corner[at, (k + 2) % 3], p) == 0:
                edge, on = k, on + 1
        if on > 1:
            continue
        if on == 1:
            stack[0], stack[1] = at, _split_edge(corner, near, at, edge, p, count)
            stack[2], stack[3] = count, count + 1
            top = 4
        else:
            _split_face(corner, near, at, p, count)
            stack[0], stack[1], stack[2] = at, count, count + 1
            top = 3
        count += 2
        _turn_edges(x, y, corner, near, stack, top)
    return corner, near, count


@njit(cache=True)
def _centres(x: Ints, y: Ints, corner: Ints, count: int, meet: float) -> Floats:
    """Centres of the circles around the triangles, drawn together on a lattice of step `meet`."""
    centre = np.empty((count, 2))
    for t in range(count):
        a, b, c = corner[t, 0], corner[t, 1], corner[t, 2]
        bx, by = float(x[b] - x[a]), float(y[b] - y[a])
        cx, cy = float(x[c] - x[a]), float(y[c] - y[a])
        twice = 2.0 * float(_side(x, y, a, b, c))
        b2, c2 = bx * bx + by * by, cx * cx + cy * cy
        centre[t, 0] = np.rint((x[a] + (cy * b2 - by * c2) / twice) / meet) * meet
        centre[t, 1] = np.rint((y[a] + (bx * c2 - cx * b2) / twice) / meet) * meet
    return centre


@njit(cache=True)
def ridges_between(x: Ints, y: Ints, owner: Ints, meet: float) -> tuple[Floats, Ints]:
    """
    Voronoi ridges between points of different owners.

    Parameters
    ----------
    x, y
        As for `triangulate`.
    owner
        Owner of each point but the last four.
    meet
        Ends of ridges are drawn to the nearest corner of a lattice of this step, so that those
        that all but meet do.

    Returns
    -------
    ends, pairs
        Ends of each ridge (x, y, x, y) and its two owners: the lower on its left hand, the
        higher on its right.
    """
    corner, near, count = triangulate(x, y)
    centre = _centres(x, y, corner, count, meet)
    ends, pairs = np.empty((3 * count // 2 + 1, 4)), np.empty((3 * count // 2 + 1, 2), np.int64)
    found = 0
    for t in range(count):
        for k in range(3):
            u, p, q = near[t, k], corner[t, (k + 1) % 3], corner[t, (k + 2) % 3]
            if u < t or p >= len(owner) or q >= len(owner) or owner[p] == owner[q]:
                continue
            # p lies on the left hand of who goes from the centre of u to that of t.
            tail, head = (u, t) if owner[p] < owner[q] else (t, u)
            if centre[tail, 0] != centre[head, 0] or centre[tail, 1] != centre[head, 1]:
                ends[found, 0], ends[found, 1] = centre[tail, 0], centre[tail, 1]
                ends[found, 2], ends[found, 3] = centre[head, 0], centre[head, 1]
                pairs[found, 0] = min(owner[p], owner[q])
                pairs[found, 1] = max(owner[p], owner[q])
                found += 1
    return ends[:found], pairs[:found]
