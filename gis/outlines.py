"""Barriers that are ground (lakes, wide rivers, railway yards): their outlines bar the way."""

from __future__ import annotations

from typing import cast

import numpy as np
import shapely

from gis.arrangement import Flags, Ints, Shapes, connected


def is_area(shapes: Shapes) -> Flags:
    """Flag polygons and multipolygons."""
    return cast(Flags, shapely.get_dimensions(shapes) == 2)


def outlines(shapes: Shapes) -> Shapes:
    """
    Draw the outline of each area, islands included; lines stay as they are.

    The ground inside is cut off by its outline as a pocket is: nobody passes, except over a
    bridge or through a gate.

    Parameters
    ----------
    shapes
        Lines and polygons, None where there is nothing. Not modified.

    Returns
    -------
    lines
        One for each shape. Shells run anticlockwise, however the file turned them.

    Examples
    --------
    >>> lake, ditch = shapely.box(0, 0, 2, 1), shapely.LineString([(0, 0), (1, 1)])
    >>> outlines(np.array([lake, ditch])).tolist()
    [<LINESTRING (2 0, 2 1, 0 1, 0 0, 2 0)>, <LINESTRING (0 0, 1 1)>]
    """
    areal = is_area(shapes)
    drawn = shapes.copy()
    drawn[areal] = shapely.boundary(shapely.orient_polygons(shapes[areal]))
    return drawn


def united(areas: Shapes) -> tuple[Shapes, Ints]:
    """
    Unite areas that touch, so that a lake drawn in pieces has one outline.

    Parameters
    ----------
    areas
        Valid polygons and multipolygons. Not modified.

    Returns
    -------
    whole, member
        What is left after uniting, and the position of the largest area in each.
    """
    if len(areas) == 0:
        return areas, np.empty(0, dtype=np.int64)
    a, b = shapely.STRtree(areas).query(areas, predicate="intersects")
    group = connected(len(areas), a.astype(np.int64), b.astype(np.int64))
    order = np.lexsort([-shapely.area(areas), group])
    first = np.unique(group[order], return_index=True)[1]
    whole = areas[order[first]]
    members = np.split(order, first[1:])
    for number in np.flatnonzero([len(m) > 1 for m in members]):
        whole[number] = shapely.union_all(areas[members[number]])
    return whole, order[first]
