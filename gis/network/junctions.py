"""From lines to vertices: which points of which lines are one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

END_M = 0.5
"""An end that lies this near to a drawn line is meant to lie on it."""

_STEP_M = 1e-3


@dataclass(frozen=True, slots=True)
class Vertices:
    """
    The points of all lines, one line after the other.

    ``place`` numbers the places 0..len(x)-1 in order of appearance: two points with one place
    are joined. ``line`` is the line of each point (rising), ``x`` and ``y`` are by place.
    """

    place: Ints
    line: Ints
    x: Floats
    y: Floats


def shared_vertices(lines: Shapes, *, step: float) -> Vertices:
    """
    Join lines wherever they share a vertex.

    Parameters
    ----------
    lines
        LineStrings, none empty.
    step
        Coordinates that agree when rounded to multiples of `step` are one place.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    place, _ = pd.factorize(_keys(xy, step))
    return _vertices(np.asarray(place, dtype=np.int64), np.asarray(line, dtype=np.int64), xy)


def crossing_vertices(lines: Shapes, level: Floats, raised: Flags, stairs: Flags) -> Vertices:
    """
    Join drawn lines where people can step from one to the other.

    - Shared vertices join, and lines of one `level` join where they cross.
    - An end within `END_M` of another line joins it there.
    - What is `raised` (bridges, tunnels) joins what it crosses at its two ends only, and not
      where another raised line of the same level goes on. Raised lines of one level and
      `stairs` may end anywhere on it.

    Parameters
    ----------
    lines
        LineStrings in metres, none empty, each of them simple or raised.
    level, raised, stairs
        One entry per line.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    line = np.asarray(line, dtype=np.int64)
    storey = np.where(raised, np.where(level == 0, 1.0, level), 0.0)
    last = np.cumsum(shapely.get_num_coordinates(lines), dtype=np.int64) - 1
    first = np.r_[-1, last[:-1]].astype(np.int64)[: len(last)] + 1
    tag = _tags(_keys(xy, _STEP_M), storey, line, first, last, stairs)
    ground = tag == 0
    met, met_xy = _crossings(lines, level, raised)
    end, on, on_xy, corner = _ends_on_lines(lines, xy, first, last, ground, raised, stairs, level)
    joined = np.column_stack([end, np.where(corner >= 0, corner, 0)])[corner >= 0]
    free = corner < 0
    all_line = np.r_[line, met, on[free]]
    all_xy = np.vstack([xy, met_xy, on_xy[free]])
    all_tag = np.r_[tag, np.zeros(len(met)), storey[on[free]]]
    spot, _ = pd.factorize(_keys(all_xy, _STEP_M))
    floor, _ = pd.factorize(all_tag)
    place, _ = pd.factorize(np.asarray(spot, dtype=np.int64) * (floor.max(initial=0) + 1) + floor)
    added = len(line) + len(met) + np.arange(int(free.sum()))
    pairs = np.vstack([joined, np.column_stack([end[free], added])]).astype(np.int64)
    place = _united(np.asarray(place, dtype=np.int64), pairs)
    order = _in_order(lines, all_line, all_xy, len(line))
    order = order[_needed(all_line[order], place[order], order >= len(line))]
    renumbered, _ = pd.factorize(place[order])
    return _vertices(np.asarray(renumbered, dtype=np.int64), all_line[order], all_xy[order])


def simple_lines(lines: Shapes) -> tuple[Shapes, Ints]:
    """Cut lines that cross themselves at those places: the pieces, and the line of each."""
    crossed = np.flatnonzero(~shapely.is_simple(lines))
    kept = np.setdiff1d(np.arange(len(lines)), crossed)
    parts, owner = shapely.get_parts(shapely.node(lines[crossed]), return_index=True)
    return np.r_[lines[kept], parts], np.r_[kept, crossed[owner]]


def _keys(xy: Floats, step: float) -> Ints:
    cells = np.round(xy / step).astype(np.int64)
    keys: Ints = (cells[:, 0] << 32) ^ (cells[:, 1] & 0xFFFFFFFF)
    return keys


def _vertices(place: Ints, line: Ints, xy: Floats) -> Vertices:
    count = int(place.max()) + 1 if len(place) else 0
    x, y = np.empty(count), np.empty(count)
    # Written backwards, so that the first point of a place stays.
    x[place[::-1]], y[place[::-1]] = xy[::-1, 0], xy[::-1, 1]
    return Vertices(place, line, x, y)


def _tags(keys: Ints, storey: Floats, line: Ints, first: Ints, last: Ints, stairs: Flags) -> Floats:
    """Storey on which each point is met: 0 on the ground, also for the two ends of a bridge."""
    tag = storey[line].copy()
    ends = np.r_[first, last]
    ends = ends[tag[ends] != 0]
    pairs = pd.DataFrame({"key": keys[ends], "tag": tag[ends]})
    tag[ends[~pairs.duplicated(keep=False).to_numpy()]] = 0
    above = pd.Series(tag[tag != 0], index=keys[tag != 0])
    above = above[~above.index.duplicated()]
    top = np.r_[first[stairs], last[stairs]]
    top = top[np.isin(keys[top], above.index)]
    tag[top] = above.reindex(keys[top]).to_numpy()
    return tag


def _crossings(lines: Shapes, level: Floats, raised: Flags) -> tuple[Ints, Floats]:
    """Where lines of one level cross or touch: a point for each of the two lines."""
    flat = np.flatnonzero(~raised)
    one, other = shapely.STRtree(lines[flat]).query(lines[flat], predicate="intersects")
    one, other = flat[one], flat[other]
    kept = (one < other) & (level[one] == level[other])
    one, other = one[kept], other[kept]
    met = shapely.intersection(lines[one], lines[other])
    xy, pair = shapely.get_coordinates(met, return_index=True)
    return np.r_[one[pair], other[pair]].astype(np.int64), np.vstack([xy, xy])


def _ends_on_lines(
    lines: Shapes,
    xy: Floats,
    first: Ints,
    last: Ints,
    ground: Flags,
    raised: Flags,
    stairs: Flags,
    level: Floats,
) -> tuple[Ints, Ints, Floats, Ints]:
    """
    Ends near another line: point of the end, the line, the spot on it, the line's own end there.

    The last is -1 where the spot lies in the middle of the line.
    """
    end = np.r_[first, last]
    own = np.tile(np.arange(len(lines)), 2)
    tree = shapely.STRtree(lines)
    k, on = tree.query(shapely.points(xy[end]), predicate="dwithin", distance=END_M)
    same_storey = raised[own[k]] & (level[own[k]] == level[on])
    fits = np.where(raised[on], stairs[own[k]] | same_storey, ground[end[k]])
    kept = (own[k] != on) & fits
    k, on = k[kept], on[kept]
    along = shapely.line_locate_point(lines[on], shapely.points(xy[end[k]]))
    spot = shapely.get_coordinates(shapely.line_interpolate_point(lines[on], along))
    length = shapely.length(lines[on])
    corner = np.where(along <= END_M, first[on], np.where(length - along <= END_M, last[on], -1))
    # Two raised ends over one another meet as ends do, unless one of them goes on up there.
    odd = (corner >= 0) & (ground[np.maximum(corner, 0)] != ground[end[k]]) & ~stairs[own[k]]
    return end[k][~odd], on[~odd].astype(np.int64), spot[~odd], corner[~odd].astype(np.int64)


def _united(place: Ints, pairs: Ints) -> Ints:
    """Make the places of each pair of points one."""
    if not len(pairs):
        return place
    count = int(place.max()) + 1
    ends = place[pairs]
    graph = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, part = csgraph.connected_components(graph, directed=False)
    joined: Ints = part[place].astype(np.int64)
    return joined


def _needed(line: Ints, place: Ints, added: Flags) -> Flags:
    """Flag all drawn points, and the first added one of a place where none is drawn."""
    moves = np.r_[True, (line[1:] != line[:-1]) | (place[1:] != place[:-1])][: len(line)]
    stay = np.cumsum(moves) - 1
    drawn = np.bincount(stay, ~added) > 0
    needed: Flags = ~added | (moves & ~drawn[stay])
    return needed


def _in_order(lines: Shapes, line: Ints, xy: Floats, drawn: int) -> Ints:
    """Order of drawn and added points along their lines."""
    along = np.zeros(len(line))
    step = np.hypot(*(xy[1:drawn] - xy[: drawn - 1]).T) if drawn > 1 else np.empty(0)
    total = np.r_[0.0, np.cumsum(step)][:drawn]
    begin = np.r_[0, np.flatnonzero(np.diff(line[:drawn])) + 1] if drawn else np.empty(0, np.int64)
    offset = np.zeros(len(lines))
    offset[line[begin]] = total[begin]
    along[:drawn] = total - offset[line[:drawn]]
    added = slice(drawn, len(line))
    along[added] = shapely.line_locate_point(lines[line[added]], shapely.points(xy[added]))
    order: Ints = np.lexsort((along, line))
    return order
