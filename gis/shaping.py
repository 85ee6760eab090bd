"""Shapes drawn by hand: snapped to what is there, split along a line, counts shared out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely import ops
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidGeometry
from gis.metric import metric_crs, named_crs, transformer

_DEGREES = named_crs("EPSG:4326")


def snapped(
    shape: BaseGeometry, neighbours: Sequence[BaseGeometry], tolerance_m: float
) -> BaseGeometry:
    """
    Bring the vertices of a drawn shape onto vertices and edges of its neighbours.

    Parameters
    ----------
    shape, neighbours
        EPSG:4326.
    tolerance_m
        A vertex nearer than this is moved; 0 moves none. Measured in the metric CRS of the place.

    Returns
    -------
    shape
        Snapped; as it was where snapping would make it invalid or empty.
    """
    if tolerance_m <= 0 or not neighbours:
        return shape
    there = metric_crs(shape)
    forth, back = transformer(_DEGREES, there), transformer(there, _DEGREES)
    drawn = _moved(shape, forth)
    near = shapely.union_all([_edges(_moved(each, forth)) for each in neighbours])
    # First onto edges, then onto vertices: of the two, GEOS knows vertices only.
    found = shapely.snap(_onto_edges(drawn, near, tolerance_m), near, tolerance_m)
    if found.is_empty or not found.is_valid or found.geom_type != drawn.geom_type:
        return shape
    # What did not move keeps its stored digits: a way there and back turns the last ones.
    return shape if shapely.equals_exact(found, drawn) else _moved(found, back)


def split_along(shape: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """
    Split a polygon along a line that crosses it, largest part first.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon, EPSG:4326; parts that the line does not cross go to the side
        on which most of them lie.
    line
        LineString, EPSG:4326.

    Raises
    ------
    InvalidGeometry
        The line does not cut the shape in two, or the shape is no polygon.
    """
    if not shape.geom_type.endswith("Polygon"):
        raise InvalidGeometry(
            "Only areas are split along a line; this is none.", "只有面可以沿线切分。"
        )
    there = metric_crs(shape)
    forth, back = transformer(_DEGREES, there), transformer(there, _DEGREES)
    pieces = [
        piece
        for part in shapely.get_parts(_moved(shape, forth))
        for piece in ops.split(part, _moved(line, forth)).geoms
    ]
    sides = _sides(pieces, len(shapely.get_parts(shape)))
    if len(sides) < 2:
        raise InvalidGeometry(
            "The line does not cut the shape in two: draw it from outside to outside, all the "
            "way across.",
            "画的线没有把图形切成两部分：请从外侧画到外侧，完整穿过图形。",
        )
    ordered = sorted(sides, key=lambda each: -each.area)
    return [_moved(each, back) for each in ordered]


def shared_out(count: int, weights: Sequence[float]) -> list[int]:
    """
    Share a count out by weights, largest remainders first; the parts sum to the count.

    >>> shared_out(10, [1, 1, 1])
    [4, 3, 3]
    """
    parts = np.asarray(weights, dtype=float)
    exact = count * parts / parts.sum()
    whole = np.floor(exact).astype(int)
    by_remainder = np.argsort(-(exact - whole), kind="stable")
    whole[by_remainder[: count - int(whole.sum())]] += 1
    return [int(n) for n in whole]


def _sides(pieces: list[BaseGeometry], parts: int) -> list[BaseGeometry]:
    """Return the pieces a line made; parts of the shape that it missed join the nearest."""
    if parts == 1 or len(pieces) == parts:
        return pieces if len(pieces) > parts else []
    cut = sorted(pieces, key=lambda each: -each.area)[: len(pieces) - parts + 1]
    rest = [each for each in pieces if all(each is not other for other in cut)]
    for each in rest:
        nearest = int(np.argmin([each.distance(other) for other in cut]))
        cut[nearest] = shapely.union_all([cut[nearest], each])
    return cut


def _onto_edges(shape: BaseGeometry, edges: BaseGeometry, tolerance_m: float) -> BaseGeometry:
    """Move each vertex that is near enough to the nearest point of the edges."""

    def nearest(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        points = np.asarray(shapely.points(xy))
        near = shapely.distance(points, edges) <= tolerance_m
        if not near.any():
            return xy
        onto = shapely.get_coordinates(shapely.shortest_line(points[near], edges))[1::2]
        moved = xy.copy()
        moved[near] = onto
        return moved

    moved: BaseGeometry = shapely.transform(shape, nearest)
    return moved


def _edges(shape: BaseGeometry) -> BaseGeometry:
    return shape.boundary if shape.geom_type.endswith("Polygon") else shape


def _moved(shape: BaseGeometry, way: pyproj.Transformer) -> BaseGeometry:
    def both(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = way.transform(xy[:, 0], xy[:, 1])
        return np.column_stack((x, y))

    moved: BaseGeometry = shapely.transform(shape, both)
    return moved
