"""A grid cut in two along a line drawn by hand."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import shapely

from gis.cells import Ground
from gis.errors import InputError
from gis.partition.operations import check_grids
from gis.partition.redrawn import Redrawn, rules_kept
from gis.partition.rules import RuleSet
from gis.partition.standing import checked_labels

_BESIDE_M = 0.05


def cut(
    ground: Ground,
    rules: RuleSet,
    labels: npt.ArrayLike,
    grid: int,
    line: shapely.LineString,
    *,
    locked: Collection[int] = (),
) -> Redrawn:
    """
    Divide a grid's units by the side of a line on which most of each lies.

    The line is prolonged at both ends, so that a stroke from edge to edge need not be exact; no
    unit is divided. The side with most households keeps the number. The parts may break rules:
    the planner drew them, and `Redrawn.problems` tells.

    Parameters
    ----------
    line
        In the ground's CRS.

    Raises
    ------
    InputError
        There is no such grid, or all its units lie on one side.
    Infeasible
        The grid is locked.
    """
    numbers = checked_labels(labels, len(ground.units))
    check_grids(numbers, [grid], locked)
    mine = np.flatnonzero(numbers == grid)
    left = _left_of(ground.units.geometry.to_numpy()[mine], line)
    if left.all() or not left.any():
        raise InputError(
            "The line leaves all buildings of the grid on one side: draw it across the grid, "
            "from edge to edge.",
            "这条线没有把该网格的楼栋分到两侧：请从一边到另一边横穿网格绘制。",
            grid=grid,
        )
    crowd = ground.units["households"].to_numpy(np.int64)[mine]
    goes = left if crowd[left].sum() <= crowd[~left].sum() else ~left
    new = numbers.copy()
    new[mine[goes]] = int(numbers.max()) + 1
    kept = rules_kept(ground, rules, new)
    return Redrawn(ground, kept, numbers, new.astype(np.int32))


def _left_of(cells: npt.NDArray[np.object_], line: shapely.LineString) -> npt.NDArray[np.bool_]:
    """Whether most of each cell lies in parts of their union on the left of the line."""
    outline = shapely.coverage_union_all(cells)
    knife = _prolonged(line, outline)
    parts = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.union_all([shapely.boundary(outline), knife])))
    )
    inside = shapely.contains_xy(
        outline, *shapely.get_coordinates(shapely.point_on_surface(parts)).T
    )
    parts = parts[inside]
    on_left = np.array([_side(part, knife) for part in parts], bool)
    total = np.zeros(len(cells))
    for part in parts[on_left]:
        total += shapely.area(shapely.intersection(cells, part))
    return np.asarray(total > shapely.area(cells) / 2, bool)


def _prolonged(line: shapely.LineString, outline: shapely.Geometry) -> shapely.LineString:
    """The line with both ends led on straight, beyond the outline."""
    xy = shapely.get_coordinates(shapely.simplify(line, 0))
    west, south, east, north = shapely.total_bounds([outline, line])
    reach = float(np.hypot(east - west, north - south)) + 1.0
    ends = []
    for tip, before in ((xy[0], xy[1]), (xy[-1], xy[-2])):
        away = tip - before
        ends.append(tip + away / max(float(np.hypot(*away)), 1e-9) * reach)
    return shapely.LineString([ends[0], *xy, ends[1]])


def _side(part: shapely.Polygon, knife: shapely.LineString) -> bool:
    """Whether a part lies on the left of the knife, judged right beside their common edge."""
    near = shapely.intersection(part, shapely.buffer(knife, _BESIDE_M))
    spot = shapely.point_on_surface(near if not near.is_empty else part)
    xy = shapely.get_coordinates(knife)
    at = np.array([spot.x, spot.y])
    start, step = xy[:-1], np.diff(xy, axis=0)
    share = np.clip(((at - start) * step).sum(1) / np.maximum((step**2).sum(1), 1e-18), 0, 1)
    away = at - (start + share[:, None] * step)
    k = int(np.argmin((away**2).sum(1)))
    return bool(step[k, 0] * away[k, 1] - step[k, 1] * away[k, 0] > 0)
