"""Measures of a division: compactness, deviation, cut edges, households moved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import OUTSIDE, Shapes, totals
from gis.borders import Contiguity
from gis.cells import Ground
from gis.errors import InvalidGeometry, WrongCrs, first_ids


def polsby_popper(grids: gpd.GeoDataFrame) -> pd.Series[float]:
    """
    Score each grid's area against the disc that has the same perimeter.

    The score is ``4 * pi * area / perimeter ** 2``: 1 for a disc, pi/4 for a
    square, near 0 for a ribbon. It has no unit, but depends on the projection
    and on vertex density, so compare only grids of one plan.

    Parameters
    ----------
    grids
        One Polygon or MultiPolygon per row, in a projected CRS in metres,
        uniquely indexed by grid id. Not modified.

    Returns
    -------
    score
        Float64, named ``polsby_popper``, same index and order as `grids`,
        values in (0, 1]. An empty frame gives an empty series.

    Raises
    ------
    WrongCrs
        `grids` has no CRS, a geographic one, or Web Mercator.
    InvalidGeometry
        Some grid is missing, empty, invalid or has no area; ids are named.

    Notes
    -----
    O(vertices), vectorised. Holes count towards the perimeter.
    """
    shapes = _measurable(grids)
    score = 4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2
    return pd.Series(score, index=grids.index, name="polsby_popper", dtype=np.float64)


def reock(grids: gpd.GeoDataFrame) -> pd.Series[float]:
    """
    Score each grid's area against the smallest circle around it.

    The score is ``area / (pi * radius ** 2)``: 1 for a disc, 2/pi for a square, near 0 for a
    ribbon. It has no unit and hardly feels the detail of the outline. Frames that
    `polsby_popper` refuses are refused for the same reasons.

    Parameters
    ----------
    grids
        As for `polsby_popper`.

    Returns
    -------
    score
        Float64 in (0, 1], named ``reock``, on the index of `grids`.
    """
    shapes = _measurable(grids)
    score = shapely.area(shapes) / (np.pi * shapely.minimum_bounding_radius(shapes) ** 2)
    return pd.Series(np.minimum(score, 1.0), index=grids.index, name="reock", dtype=np.float64)


def _measurable(grids: gpd.GeoDataFrame) -> Shapes:
    """Refuse frames in which areas mean nothing."""
    crs = grids.crs
    if crs is None or not crs.is_projected or crs.to_epsg() == 3857:
        raise WrongCrs(
            "areas need a projected coordinate system in metres; use the community's metric CRS",
            "计算面积需要以米为单位的投影坐标系，请使用社区所在的投影带",
        )
    shapes: Shapes = grids.geometry.to_numpy()
    bad = shapely.is_missing(shapes) | ~shapely.is_valid(shapes) | ~(shapely.area(shapes) > 0)
    if bad.any():
        names = first_ids(grids.index[bad])
        raise InvalidGeometry(
            f"grids without a valid area: {names}; mend their geometry",
            f"以下网格没有有效面积：{names}，请修正几何",
        )
    return shapes


def grid_shapes(ground: Ground, labels: npt.ArrayLike) -> pd.DataFrame:
    """
    Size and compactness of each grid, without drawing it.

    Lengths are read off the borders whose two sides lie in different grids, and the smallest
    circle is laid around the cells: what `polsby_popper` and `reock` give for the dissolved
    grids, at a fraction of the cost.

    Parameters
    ----------
    ground
        Units with their cells and borders, in a metric CRS; not modified.
    labels
        Grid number of each unit, by ``unit_no``; -1 for a unit of no grid.

    Returns
    -------
    shapes
        Indexed by grid number, ascending: ``area_m2``, ``perimeter_m``, ``polsby_popper`` (see
        `polsby_popper`), ``reock`` (see `reock`), ``inertia_m2`` (see `inertia`).
    """
    label = np.asarray(labels, dtype=np.int64)
    inside = label != OUTSIDE
    grids, grid = np.unique(label[inside], return_inverse=True)
    cells: Shapes = ground.units.geometry.to_numpy()[inside]
    area = totals(grid, shapely.area(cells), len(grids))
    perimeter = _perimeters(ground, label, grids)
    order = np.argsort(grid, kind="stable")
    radius = np.zeros(len(grids))
    if len(grids):
        around = shapely.geometrycollections(cells[order], indices=grid[order])
        radius = np.asarray(shapely.minimum_bounding_radius(around), np.float64)
    return pd.DataFrame(
        {
            "area_m2": area,
            "perimeter_m": perimeter,
            "polsby_popper": 4 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2,
            "reock": np.minimum(area / (np.pi * np.maximum(radius, 1e-9) ** 2), 1.0),
            "inertia_m2": inertia(ground, label).to_numpy(np.float64),
        },
        index=pd.Index(grids, name="grid"),
    )


def _perimeters(
    ground: Ground, label: npt.NDArray[np.int64], grids: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    padded = np.append(label, OUTSIDE)
    sides = [padded[ground.borders[side].to_numpy(np.int64)] for side in ("left", "right")]
    length = ground.borders["length_m"].to_numpy(np.float64)
    drawn = sides[0] != sides[1]
    total = np.zeros(len(grids))
    for side in sides:
        seen = drawn & (side != OUTSIDE)
        total += totals(np.searchsorted(grids, side[seen]), length[seen], len(grids))
    return total


def inertia(ground: Ground, labels: npt.ArrayLike) -> pd.Series[float]:
    """
    Mean squared distance of a household from the middle of its grid.

    Each household stands at the centroid of its unit's cell; the middle of a grid is the mean
    position of its households. The value is ``sum(households * distance ** 2) / households``.

    Parameters
    ----------
    ground
        Units with their cells; not modified.
    labels
        Grid number of each unit, by ``unit_no``; -1 for a unit of no grid.

    Returns
    -------
    inertia
        Square metres, float64, named ``inertia``, indexed by grid number, ascending; 0 for a
        grid without households.
    """
    label = np.asarray(labels, dtype=np.int64)
    inside = label != OUTSIDE
    weight = ground.units["households"].to_numpy(dtype=np.float64)[inside]
    xy = shapely.get_coordinates(shapely.centroid(ground.units.geometry.to_numpy()[inside]))
    grids, grid = np.unique(label[inside], return_inverse=True)
    total = np.maximum(totals(grid, weight, len(grids)), 1e-300)
    middle = np.column_stack([totals(grid, weight * axis, len(grids)) / total for axis in xy.T])
    squares = ((xy - middle[grid]) ** 2).sum(axis=1)
    value = totals(grid, weight * squares, len(grids)) / total
    return pd.Series(value, index=pd.Index(grids, name="grid"), name="inertia")


def deviation(households: pd.Series[int]) -> pd.Series[float]:
    """
    Tell how far each grid's households lie from the mean of all grids.

    The value is ``households / mean - 1``: 0 for a grid of mean size, -1 for an empty one.

    Parameters
    ----------
    households
        Households of each grid (any other amount will do). Not modified.

    Returns
    -------
    deviation
        Float64, named ``deviation``, same index and order. All 0 where nobody lives.

    Examples
    --------
    >>> deviation(pd.Series([100, 300], index=["a", "b"])).to_dict()
    {'a': -0.5, 'b': 0.5}
    """
    amount = households.astype(np.float64)
    mean = float(amount.mean()) if len(amount) else 0.0
    value = amount / mean - 1 if mean > 0 else amount * 0.0
    return value.rename("deviation")


def cut_edges(contiguity: Contiguity, labels: npt.ArrayLike) -> int:
    """
    Count the pairs of touching units that lie in different grids.

    Parameters
    ----------
    contiguity
        Which units touch.
    labels
        Grid number of each unit; -1 counts as one more grid.

    Examples
    --------
    >>> i, j = np.array([0, 1], dtype=np.int32), np.array([1, 2], dtype=np.int32)
    >>> path = Contiguity(3, i, j, np.ones(2), np.array(["nothing"] * 2, dtype=object))
    >>> cut_edges(path, [0, 0, 1])
    1
    """
    label = np.asarray(labels, dtype=np.int64)
    return int((label[contiguity.i] != label[contiguity.j]).sum())


def households_moved(old: npt.ArrayLike, new: npt.ArrayLike, households: npt.ArrayLike) -> int:
    """
    Count the households that pass to another grid.

    Grids are matched one to one so that the fewest households move; how they are numbered does
    not matter.

    Parameters
    ----------
    old, new
        Grid number of each unit before and after; -1 for none. Units without an old grid are
        not counted, units that lose theirs are.
    households
        Households of each unit.

    Returns
    -------
    moved
        0 when nothing but the numbers changed.

    Examples
    --------
    >>> households_moved([0, 0, 1], [7, 7, 7], [30, 40, 50])
    50
    """
    # Ten megabytes, which a service needs for comparisons alone.
    from scipy.optimize import linear_sum_assignment

    before, after = np.asarray(old, dtype=np.int64), np.asarray(new, dtype=np.int64)
    weight = np.asarray(households, dtype=np.int64)
    had = before != OUTSIDE
    stays = had & (after != OUTSIDE)
    rows, row = np.unique(before[stays], return_inverse=True)
    columns, column = np.unique(after[stays], return_inverse=True)
    shared = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(shared, (row, column), weight[stays])
    matched = shared[linear_sum_assignment(shared, maximize=True)].sum()
    return int(weight[had].sum() - matched)
