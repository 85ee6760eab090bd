"""Where large grounds are entered: a park or a school is no point in its middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gis.estimate import footprint_m2
from gis.io.table import Geometries

GROUNDS_M2 = 2_500.0
BESIDE_M = 50.0
_DEGREE_M = 111_195.0


def entered_at(
    areas: Geometries, buildings: npt.NDArray[np.bool_], streets: Geometries
) -> Geometries:
    """
    Return a point for each shape at which people arrive.

    Of points, lines, buildings and small areas an inner point. Of an area over `GROUNDS_M2` the
    place on a street inside it that is nearest to that inner point, so that a pond, or a fence
    around the middle, does not stand between; where no street leads in, the place on its outline
    nearest to a street, or on that street where it runs within `BESIDE_M`: a wall often stands
    on the outline.

    Parameters
    ----------
    areas, streets
        In EPSG:4326; not modified.
    buildings
        Which of the areas are one building.

    Notes
    -----
    O(n log n); nearest is judged in degrees scaled by the cosine of the mean latitude.
    """
    inner = np.asarray(shapely.point_on_surface(areas), dtype=object)
    grounds = (shapely.get_dimensions(areas) == 2) & ~buildings
    large = np.flatnonzero(grounds & (footprint_m2(areas) > GROUNDS_M2))
    if not len(large) or not len(streets):
        return inner
    wide = float(np.cos(np.radians(np.mean(shapely.bounds(areas[large])[:, [1, 3]]))))
    narrow = np.array([wide, 1.0])
    flat, lines = (
        np.asarray(shapely.transform(shapes, lambda xy: xy * narrow), dtype=object)
        for shapes in (areas[large], streets)
    )
    tree = shapely.STRtree(lines)
    for row, area in zip(large, flat, strict=True):
        inside = shapely.intersection(lines[tree.query(area, predicate="intersects")], area)
        middle = shapely.transform(inner[row], lambda xy: xy * narrow)
        if len(inside):
            way_in = shapely.shortest_line(shapely.union_all(inside), middle)
        else:
            way_in = shapely.shortest_line(area, lines[tree.nearest(area)])
        beside = len(inside) == 0 and way_in.length * _DEGREE_M <= BESIDE_M
        lon, lat = shapely.get_coordinates(way_in)[int(beside)] / narrow
        inner[row] = shapely.Point(lon, lat)
    return inner
