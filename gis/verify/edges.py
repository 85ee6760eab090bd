"""The edges of the cells: who lies on which side of every stretch between two vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gis.verify.package import Package

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class CellEdges:
    """
    Directed edges of all cells of a community, the cell on the left hand.

    Attributes
    ----------
    start, end
        Numbers of the two vertices; equal numbers mean equal coordinates to the last bit.
    owner
        Position of the cell in ``units``.
    across
        Position of the cell on the other side, -1 outside the community.
    twice
        Directed edges that more than one cell has: the cells overlap there.
    length_m
        Planar length in the metric CRS.
    vertices, planar
        Coordinates by vertex number: longitude and latitude, and in the metric CRS.
    """

    start: Ints
    end: Ints
    owner: Ints
    across: Ints
    twice: npt.NDArray[np.bool_]
    length_m: Floats
    vertices: Floats
    planar: Floats

    def find(self, start: Ints, end: Ints) -> Ints:
        """Position of directed edges by their vertices; -1 where no cell has such an edge."""
        return _lookup(self._keys(self.start, self.end), self._keys(start, end))

    def vertex(self, coordinates: Floats) -> Ints:
        """Number of the vertex with exactly these coordinates (n x 2); -1 where none has."""
        return _lookup(_bits(self.vertices), _bits(coordinates))

    def _keys(self, start: Ints, end: Ints) -> Ints:
        return np.where((start < 0) | (end < 0), NOBODY, start * len(self.vertices) + end)


def _bits(coordinates: Floats) -> npt.NDArray[np.void]:
    plain = np.ascontiguousarray(coordinates + 0.0)  # -0.0 becomes 0.0
    return plain.view([("x", np.float64), ("y", np.float64)]).ravel()


def _lookup(known: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]) -> Ints:
    order = np.argsort(known, kind="stable")
    sorted_known = known[order]
    place = np.minimum(np.searchsorted(sorted_known, wanted), max(len(known) - 1, 0))
    if len(known) == 0:
        return np.full(len(wanted), NOBODY, np.int64)
    return np.where(sorted_known[place] == wanted, order[place], NOBODY).astype(np.int64)


def directed_edges(shapes: npt.NDArray[np.object_]) -> tuple[Floats, Floats, Ints]:
    """Start and end coordinates of every edge of polygons, inside on the left, and whose it is."""
    polygons, whose = shapely.get_parts(shapes, return_index=True)
    rings, of_polygon = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    return _along(rings, whose[of_polygon])


def line_edges(lines: npt.NDArray[np.object_]) -> tuple[Floats, Floats, Ints]:
    """Start and end coordinates of every edge of lines in their own direction, and whose it is."""
    return _along(lines, np.arange(len(lines)))


def _along(lines: npt.NDArray[np.object_], whose: Ints) -> tuple[Floats, Floats, Ints]:
    points, of_line = shapely.get_coordinates(lines, return_index=True)
    within = of_line[1:] == of_line[:-1]
    return points[:-1][within], points[1:][within], whose[of_line[:-1][within]]


def cell_edges(community: Package) -> CellEdges:
    """Index the edges of a community's cells. O(edges log edges)."""
    a, b, owner = directed_edges(community.units["geom"].to_numpy())
    vertices, numbers = np.unique(_bits(np.concatenate([a, b])), return_inverse=True)
    start, end = numbers[: len(a)].astype(np.int64), numbers[len(a) :].astype(np.int64)
    lonlat = np.column_stack([vertices["x"], vertices["y"]])
    xy = np.column_stack(to_metric(community).transform(lonlat[:, 0], lonlat[:, 1]))
    forward, backward = start * len(lonlat) + end, end * len(lonlat) + start
    _, first, count = np.unique(forward, return_inverse=True, return_counts=True)
    other = _lookup(forward, backward)
    return CellEdges(
        start=start,
        end=end,
        owner=owner,
        across=np.where(other == NOBODY, NOBODY, owner[other]),
        twice=count[first] > 1,
        length_m=np.hypot(*(xy[start] - xy[end]).T),
        vertices=lonlat,
        planar=xy,
    )


def to_metric(community: Package) -> pyproj.Transformer:
    """Return the way from longitude and latitude to the community's metres."""
    name = str(community.areas["metric_crs"].iloc[0])
    return pyproj.Transformer.from_crs("EPSG:4326", name, always_xy=True)
