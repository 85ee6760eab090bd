"""Compiled: pieces of outlines, halved until they are short against their distance to others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_DEEPEST = 64


@njit(cache=True)
def _to_point(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Squared distance of a point from a segment."""
    dx, dy = bx - ax, by - ay
    size = dx * dx + dy * dy
    t = 0.0 if size == 0.0 else ((px - ax) * dx + (py - ay) * dy) / size
    t = min(max(t, 0.0), 1.0)
    u, v = ax + t * dx - px, ay + t * dy - py
    return u * u + v * v


@njit(cache=True)
def _turn(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@njit(cache=True)
def _is_within(s: Floats, o: Floats, reach: float) -> bool:
    """Whether two segments (x, y, x, y) are at most so far apart."""
    if (
        max(s[0], s[2]) + reach < min(o[0], o[2])
        or max(o[0], o[2]) + reach < min(s[0], s[2])
        or max(s[1], s[3]) + reach < min(o[1], o[3])
        or max(o[1], o[3]) + reach < min(s[1], s[3])
    ):
        return False
    square = reach * reach
    if (
        _to_point(o[0], o[1], o[2], o[3], s[0], s[1]) <= square
        or _to_point(o[0], o[1], o[2], o[3], s[2], s[3]) <= square
        or _to_point(s[0], s[1], s[2], s[3], o[0], o[1]) <= square
        or _to_point(s[0], s[1], s[2], s[3], o[2], o[3]) <= square
    ):
        return True
    one = _turn(s[0], s[1], s[2], s[3], o[0], o[1]) * _turn(s[0], s[1], s[2], s[3], o[2], o[3])
    two = _turn(o[0], o[1], o[2], o[3], s[0], s[1]) * _turn(o[0], o[1], o[2], o[3], s[2], s[3])
    return one < 0.0 and two < 0.0


@njit(cache=True)
def _near_segments(
    piece: Floats,
    reach: float,
    segments: Floats,
    first: Ints,
    boxes: Floats,
    beside: Ints,
    close: Ints,
) -> int:
    """List in `close` the segments of the owners `beside` that lie within reach of a piece."""
    xmin, xmax = min(piece[0], piece[2]) - reach, max(piece[0], piece[2]) + reach
    ymin, ymax = min(piece[1], piece[3]) - reach, max(piece[1], piece[3]) + reach
    count = 0
    for other in beside:
        box = boxes[other]
        if box[0] > xmax or box[2] < xmin or box[1] > ymax or box[3] < ymin:
            continue
        for k in range(first[other], first[other + 1]):
            if _is_within(piece, segments[k], reach):
                close[count] = k
                count += 1
    return count


@njit(cache=True)
def halved(
    segments: Floats,
    first: Ints,
    boxes: Floats,
    beside: Ints,
    beside_first: Ints,
    near: float,
    shortest: float,
) -> tuple[Floats, Ints]:
    """
    Halve segments while a segment of an owner beside is within `near` times their length.

    Parameters
    ----------
    segments
        Rows x, y, x, y, those of one owner together: owner k's are ``first[k]``..``first[k+1]``.
    boxes
        Bounds of each owner.
    beside, beside_first
        Owners that may be near each owner, in compressed rows.
    near, shortest
        See above; segments of at most `shortest` are not halved.

    Returns
    -------
    parts, segment
        The parts, and the segment each is of, ascending.
    """
    room = 4 * len(segments) + 64
    parts, source, count = np.empty((room, 4)), np.empty(room, np.int64), 0
    stack, depth_of = np.empty((_DEEPEST + 2, 4)), np.empty(_DEEPEST + 2, np.int64)
    close = np.empty(len(segments), np.int64)
    for owner in range(len(first) - 1):
        others = beside[beside_first[owner] : beside_first[owner + 1]]
        for k in range(first[owner], first[owner + 1]):
            stack[0], depth_of[0], top = segments[k], 0, 1
            length = np.hypot(stack[0, 2] - stack[0, 0], stack[0, 3] - stack[0, 1])
            # What is near a part is near the whole: parts look among what the whole found.
            found = 0
            if length > shortest:
                found = _near_segments(
                    segments[k], near * length, segments, first, boxes, others, close
                )
            while top > 0:
                top -= 1
                one, depth = stack[top].copy(), depth_of[top]
                length = np.hypot(one[2] - one[0], one[3] - one[1])
                split = False
                if length > shortest and depth < _DEEPEST:
                    split = depth == 0 and found > 0
                    reach = near * length
                    m = 0
                    while not split and m < found:
                        split = _is_within(one, segments[close[m]], reach)
                        m += 1
                    if split and m > 0:
                        # The nearest is most likely near the next part as well.
                        close[m - 1], close[0] = close[0], close[m - 1]
                if split:
                    mx, my = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
                    stack[top, 0], stack[top, 1] = mx, my
                    stack[top, 2], stack[top, 3] = one[2], one[3]
                    stack[top + 1, 0], stack[top + 1, 1] = one[0], one[1]
                    stack[top + 1, 2], stack[top + 1, 3] = mx, my
                    depth_of[top], depth_of[top + 1] = depth + 1, depth + 1
                    top += 2
                    continue
                if count == len(parts):
                    wide, numbers = np.empty((2 * count, 4)), np.empty(2 * count, np.int64)
                    wide[:count], numbers[:count] = parts, source
                    parts, source = wide, numbers
                parts[count], source[count] = one, k
                count += 1
    return parts[:count], source[:count]
