"""Eight light hues for grids, so that neighbours differ."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

HUES = 8
# Neighbours share a border; a corner that two touch in is none.
_NEAR_M = 1.0


def grid_hues(grids: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """
    Number a hue from 1 to 8 for each grid so that neighbours differ.

    Grids with most neighbours choose first (Welsh and Powell, 1967), each the hue that is used
    least so far among those its neighbours leave; with more than seven neighbours coloured
    before it, the one used least of all.

    Parameters
    ----------
    grids
        Polygons that tile, in a metric CRS. Not modified.

    Returns
    -------
    hues
        In the order of `grids`; 1 to 8. The same grids get the same hues.
    """
    neighbours = _neighbours(grids.geometry.to_numpy())
    degree = np.array([len(n) for n in neighbours])
    hues = np.zeros(len(grids), np.int64)
    used = np.zeros(HUES + 1, np.int64)
    used[0] = np.iinfo(np.int64).max
    for grid in np.argsort(-degree, kind="stable"):
        there = {int(hues[n]) for n in neighbours[grid]}
        free = [hue for hue in range(1, HUES + 1) if hue not in there]
        hue = min(free or range(1, HUES + 1), key=lambda h: (used[h], h))
        hues[grid] = hue
        used[hue] += 1
    return hues


def _neighbours(shapes: npt.NDArray[np.object_]) -> list[list[int]]:
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    apart = a < b
    a, b = a[apart], b[apart]
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[a]), shapes[b]))
    beside = shared >= _NEAR_M
    lists: list[list[int]] = [[] for _ in shapes]
    for one, other in zip(a[beside].tolist(), b[beside].tolist(), strict=True):
        lists[one].append(other)
        lists[other].append(one)
    return lists
