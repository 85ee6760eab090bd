"""
Compiled: straight pieces in a grid, the nearest of them to a point, and what a leg crosses.

Pieces are rows (x0, y0, x1, y1) in metres. The grid lists for each square cell the pieces that
pass through it, so a search looks at the few around a point.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]

_MOST_CELLS = 4_000_000


class PieceGrid(NamedTuple):
    """
    Pieces by cell: those of cell (i, j) are ``piece[start[j * wide + i]:start[j * wide + i + 1]]``.

    ``west`` and ``south`` are the corner, ``side`` the side of a cell in metres.
    """

    ends: Floats
    west: float
    south: float
    side: float
    wide: int
    high: int
    start: Ints
    piece: Ints32


def piece_grid(ends: Floats, side: float) -> PieceGrid:
    """
    List pieces by the cells they pass through.

    Parameters
    ----------
    ends
        One row (x0, y0, x1, y1) per piece, finite.
    side
        Side of a cell in metres; larger when the ground would have more than 4 million cells.
    """
    if not len(ends):
        nothing = np.zeros(2, np.int64)
        return PieceGrid(ends.reshape(0, 4), 0.0, 0.0, side, 1, 1, nothing, np.empty(0, np.int32))
    west, south = ends[:, [0, 2]].min(), ends[:, [1, 3]].min()
    east, north = ends[:, [0, 2]].max(), ends[:, [1, 3]].max()
    side = max(side, ((east - west) * (north - south) / _MOST_CELLS) ** 0.5)
    side = max(side, (east - west + north - south) / _MOST_CELLS)
    wide, high = int((east - west) // side) + 1, int((north - south) // side) + 1
    start, piece = _listed(ends, west, south, side, wide, high)
    return PieceGrid(ends, float(west), float(south), float(side), wide, high, start, piece)


@numba.njit(cache=True, inline="always")
def _cell(value: float, origin: float, side: float, count: int) -> int:  # pragma: no cover
    return min(max(int(np.floor((value - origin) / side)), 0), count - 1)


@numba.njit(cache=True)
def _columns(  # pragma: no cover
    ends: Floats, p: int, low: float, high: float
) -> tuple[float, float]:
    """Least and greatest x of a piece between two heights."""
    x0, y0, x1, y1 = ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3]
    if y0 == y1:
        return min(x0, x1), max(x0, x1)
    a = min(max((low - y0) / (y1 - y0), 0.0), 1.0)
    b = min(max((high - y0) / (y1 - y0), 0.0), 1.0)
    xa, xb = x0 + a * (x1 - x0), x0 + b * (x1 - x0)
    return min(xa, xb), max(xa, xb)


@numba.njit(cache=True)
def _listed(  # pragma: no cover
    ends: Floats, west: float, south: float, side: float, wide: int, high: int
) -> tuple[Ints, Ints32]:
    start = np.zeros(wide * high + 1, np.int64)
    piece = np.empty(0, np.int32)
    slack = 1e-6 * side
    for filling in range(2):
        if filling:
            for c in range(wide * high):
                start[c + 1] += start[c]
            piece = np.empty(start[-1], np.int32)
        for p in range(len(ends)):
            bottom = _cell(min(ends[p, 1], ends[p, 3]) - slack, south, side, high)
            top = _cell(max(ends[p, 1], ends[p, 3]) + slack, south, side, high)
            for j in range(bottom, top + 1):
                low = south + j * side - slack
                least, most = _columns(ends, p, low, low + side + 2 * slack)
                first = _cell(least - slack, west, side, wide)
                last = _cell(most + slack, west, side, wide)
                for i in range(first, last + 1):
                    cell = j * wide + i
                    if filling:
                        # counts stand one cell on; filling from the back leaves true starts
                        start[cell + 1] -= 1
                        piece[start[cell + 1]] = p
                    else:
                        start[cell + 1] += 1
    # each cell's end was walked back to its start: shift them into place
    total = len(piece)
    for c in range(wide * high):
        start[c] = start[c + 1]
    start[wide * high] = total
    return start, piece


@numba.njit(cache=True, inline="always")
def foot(ends: Floats, p: int, x: float, y: float) -> tuple[float, float]:  # pragma: no cover
    """Share along a piece of its point nearest to (x, y), and the squared distance there."""
    dx, dy = ends[p, 2] - ends[p, 0], ends[p, 3] - ends[p, 1]
    long2 = dx * dx + dy * dy
    t = 0.0
    if long2 > 0:
        t = ((x - ends[p, 0]) * dx + (y - ends[p, 1]) * dy) / long2
        t = min(max(t, 0.0), 1.0)
    ex, ey = ends[p, 0] + t * dx - x, ends[p, 1] + t * dy - y
    return t, ex * ex + ey * ey


@numba.njit(cache=True)
def _side(  # pragma: no cover
    ax: float, ay: float, bx: float, by: float, x: float, y: float
) -> float:
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@numba.njit(cache=True)
def crosses(  # pragma: no cover
    grid: PieceGrid,
    x: float,
    y: float,
    u: float,
    v: float,
) -> bool:
    """
    Whether the leg from (x, y) to (u, v) passes through a piece of the grid.

    A leg that only begins or ends on a piece does not; one that passes through a corner does.
    """
    ends, start, piece = grid.ends, grid.start, grid.piece
    west, south, side, wide, high = grid.west, grid.south, grid.side, grid.wide, grid.high
    if len(ends) == 0:
        return False
    first, last = _cell(min(x, u), west, side, wide), _cell(max(x, u), west, side, wide)
    bottom, top = _cell(min(y, v), south, side, high), _cell(max(y, v), south, side, high)
    for j in range(bottom, top + 1):
        for i in range(first, last + 1):
            cell = j * wide + i
            for at in range(start[cell], start[cell + 1]):
                p = piece[at]
                ax, ay, bx, by = ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3]
                # half open: of two pieces that share a corner on the leg exactly one counts
                if (_side(x, y, u, v, ax, ay) > 0) == (_side(x, y, u, v, bx, by) > 0):
                    continue
                here, there = _side(ax, ay, bx, by, x, y), _side(ax, ay, bx, by, u, v)
                if (here > 0 and there < 0) or (here < 0 and there > 0):
                    return True
    return False


@numba.njit(cache=True, nogil=True)
def nearest_pieces(  # pragma: no cover
    grid: PieceGrid,
    zone: Ints32,
    x: Floats,
    y: Floats,
    zone_at: Ints32,
    limit: float,
) -> Ints32:
    """
    Nearest piece of the same zone to each point; -1 where none is within the limit.

    Of equally near pieces the first counts.
    """
    ends, start, piece = grid.ends, grid.start, grid.piece
    west, south, side, wide, high = grid.west, grid.south, grid.side, grid.wide, grid.high
    found = np.full(len(x), -1, np.int32)
    for k in range(len(x)):
        px, py = x[k], y[k]
        if len(ends) == 0 or not (np.isfinite(px) and np.isfinite(py)):
            continue
        ci, cj = int(np.floor((px - west) / side)), int(np.floor((py - south) / side))
        left, below = px - (west + ci * side), py - (south + cj * side)
        inner = min(left, side - left, below, side - below)
        best = limit * limit
        ring = 0
        while True:
            for j in range(max(cj - ring, 0), min(cj + ring, high - 1) + 1):
                whole = j == cj - ring or j == cj + ring
                step = 1 if whole or ring == 0 else 2 * ring
                for i in range(ci - ring, ci + ring + 1, step):
                    if i < 0 or i >= wide:
                        continue
                    for at in range(start[j * wide + i], start[j * wide + i + 1]):
                        p = piece[at]
                        if zone[p] != zone_at[k]:
                            continue
                        _, d2 = foot(ends, p, px, py)
                        if d2 < best or (d2 == best and (found[k] < 0 or p < found[k])):
                            best, found[k] = d2, p
            seen = ring * side + inner
            if seen * seen >= best:
                break
            ring += 1
    return found


@numba.njit(cache=True, nogil=True)
def pieces_in_order(  # pragma: no cover
    grid: PieceGrid,
    zone: Ints32,
    px: float,
    py: float,
    zone_at: int,
    limit: float,
) -> Ints32:
    """Every piece of the zone within the limit of a point, nearest first."""
    ends, start, piece = grid.ends, grid.start, grid.piece
    west, south, side, wide, high = grid.west, grid.south, grid.side, grid.wide, grid.high
    near, away = np.empty(64, np.int32), np.empty(64)
    count = 0
    first, last = _cell(px - limit, west, side, wide), _cell(px + limit, west, side, wide)
    bottom, top = _cell(py - limit, south, side, high), _cell(py + limit, south, side, high)
    for j in range(bottom, top + 1):
        for i in range(first, last + 1):
            for at in range(start[j * wide + i], start[j * wide + i + 1]):
                p = piece[at]
                if zone[p] != zone_at:
                    continue
                _, d2 = foot(ends, p, px, py)
                if d2 > limit * limit:
                    continue
                if count == len(near):
                    near = np.concatenate((near, np.empty(count, np.int32)))
                    away = np.concatenate((away, np.empty(count)))
                near[count], away[count] = p, d2
                count += 1
    # by piece first, so that equally near ones keep the order of the pieces
    by_piece = np.argsort(near[:count], kind="mergesort")
    near, away = near[:count][by_piece], away[:count][by_piece]
    return near[np.argsort(away, kind="mergesort")]
