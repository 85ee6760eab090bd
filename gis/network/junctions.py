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
    here = _places(xy, tag)
    met, met_xy = _crossings(lines, level, raised)
    end, on, on_xy, corner = _ends_on_lines(
        lines, _Ends(xy, line, here, tag == 0, first, last), raised, stairs, level
    )
    joined = np.column_stack([end, np.where(corner >= 0, corner, 0)])[corner >= 0]
    free = corner < 0
    all_line = np.r_[line, met, on[free]]
    all_xy = np.vstack([xy, met_xy, on_xy[free]])
    place = _places(all_xy, np.r_[tag, np.zeros(len(met)), storey[on[free]]])
    added = len(line) + len(met) + np.arange(int(free.sum()))
    pairs = np.vstack([joined, np.column_stack([end[free], added])]).astype(np.int64)
    place = _united(place, pairs)
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


def _places(xy: Floats, tag: Floats) -> Ints:
    """Number the places: points are one when they are at one spot on one storey."""
    spot = np.asarray(pd.factorize(_keys(xy, _STEP_M))[0], dtype=np.int64)
    floor = np.asarray(pd.factorize(tag)[0], dtype=np.int64)
    place: Ints = np.asarray(
        pd.factorize(spot * (floor.max(initial=0) + 1) + floor)[0], dtype=np.int64
    )
    return place


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
    """Where lines of one level cross: a point for each of the two lines. Ends are not told."""
    flat = np.flatnonzero(~raised)
    one, other = shapely.STRtree(lines[flat]).query(lines[flat], predicate="intersects")
    one, other = flat[one], flat[other]
    kept = (one < other) & (level[one] == level[other])
    one, other = one[kept], other[kept]
    # Most lines only meet at their ends, which are joined without looking for a crossing.
    inner = shapely.relate_pattern(lines[one], lines[other], "T********")
    one, other = one[inner], other[inner]
    met = shapely.intersection(lines[one], lines[other])
    xy, pair = shapely.get_coordinates(met, return_index=True)
    return np.r_[one[pair], other[pair]].astype(np.int64), np.vstack([xy, xy])


@dataclass(frozen=True, slots=True)
class _Ends:
    """Drawn points with their lines and places, and the first and last point of each line."""

    xy: Floats
    line: Ints
    place: Ints
    ground: Flags
    first: Ints
    last: Ints

    def distinct(self, apart: Flags) -> Ints:
        """Points that are ends: one for each place, but all of the lines told apart."""
        end = np.r_[self.first, self.last]
        own = self.line[end]
        key = pd.DataFrame({"place": self.place[end], "own": np.where(apart[own], own, -1)})
        distinct: Ints = end[~key.duplicated().to_numpy(dtype=bool)]
        return distinct

    def on_line(self, point: Ints, line: Ints) -> Flags:
        """Flag pairs of a point and a line that has a vertex at the point's place."""
        wide = int(self.place.max(initial=0)) + 1
        known: Flags = np.isin(
            line * wide + self.place[point], self.line * wide + self.place, kind="sort"
        )
        return known


def _ends_on_lines(
    lines: Shapes, ends: _Ends, raised: Flags, stairs: Flags, level: Floats
) -> tuple[Ints, Ints, Floats, Ints]:
    """
    Ends near another line: point of the end, the line, the spot on it, the line's own end there.

    The last is -1 where the spot lies in the middle of the line.
    """
    end = ends.distinct(raised | stairs)
    points = np.asarray(shapely.points(ends.xy[end]), dtype=object)
    k, on = shapely.STRtree(lines).query(points, predicate="dwithin", distance=END_M)
    on = on.astype(np.int64)
    own = ends.line[end]
    same_storey = raised[own[k]] & (level[own[k]] == level[on])
    kept = np.where(raised[on], stairs[own[k]] | same_storey, ends.ground[end[k]])
    kept[kept] = ~ends.on_line(end[k[kept]], on[kept])
    k, on = k[kept], on[kept]
    along = shapely.line_locate_point(lines[on], points[k])
    spot = shapely.get_coordinates(shapely.line_interpolate_point(lines[on], along))
    before = np.where(along <= END_M, ends.first[on], -1)
    corner = np.where(shapely.length(lines[on]) - along <= END_M, ends.last[on], before)
    # Two raised ends over one another meet as ends do, unless one of them goes on up there.
    met = ends.ground[np.maximum(corner, 0)] == ends.ground[end[k]]
    fine = (corner < 0) | met | stairs[own[k]]
    return end[k][fine], on[fine], spot[fine], corner[fine].astype(np.int64)


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
