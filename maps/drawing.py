"""Shapes as lines of ink: from metres on the ground to millimetres on paper, as SVG paths."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

# Nobody sees a twentieth of a millimetre.
_FINE_MM = 0.05
_DECIMALS = 2

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Frame:
    """
    A frame on paper and the ground in it: millimetres from its upper left corner, y downwards.

    Attributes
    ----------
    width_mm, height_mm
        The frame.
    scale
        Denominator: metres on the ground are ``1000 / scale`` millimetres on paper.
    middle
        Easting and northing of the ground in the middle of the frame.
    """

    width_mm: float
    height_mm: float
    scale: int
    middle: tuple[float, float]

    @property
    def mm_per_metre(self) -> float:
        """Millimetres on paper for one metre on the ground."""
        return 1000.0 / self.scale

    @property
    def ground_box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the ground shown, in metres."""
        x, y = self.middle
        half = self.width_mm / self.mm_per_metre / 2, self.height_mm / self.mm_per_metre / 2
        return x - half[0], y - half[1], x + half[0], y + half[1]

    def placed(self, shapes: gpd.GeoSeries) -> Shapes:
        """Return shapes (in metres) in millimetres, cut at the frame; what is outside is empty."""
        x, y = self.middle
        k = self.mm_per_metre

        def paper(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(
                (
                    (xy[:, 0] - x) * k + self.width_mm / 2,
                    (y - xy[:, 1]) * k + self.height_mm / 2,
                )
            )

        moved = shapely.transform(shapes.to_numpy(), paper)
        west, south, east, north = shapely.total_bounds(moved) if len(moved) else (0, 0, 0, 0)
        inside = west >= 0 and south >= 0 and east <= self.width_mm and north <= self.height_mm
        if inside:
            return np.asarray(moved, dtype=object)
        cut = shapely.clip_by_rect(moved, 0, 0, self.width_mm, self.height_mm)
        return np.asarray(cut, dtype=object)


def path_data(shapes: Shapes) -> str:
    """
    Write shapes in millimetres as the data of one SVG path; points and nothing give nothing.

    >>> path_data(np.array([shapely.box(0, 0, 2, 1)]))
    'M2 0V1H0V0Z'
    """
    parts = shapely.get_parts(shapely.get_parts(shapes))
    areal = parts[shapely.get_dimensions(parts) == 2]
    lines = parts[shapely.get_dimensions(parts) == 1]
    rings = shapely.get_rings(areal)
    drawn = [_line(ring, closed=True) for ring in rings] + [_line(x, closed=False) for x in lines]
    return "".join(drawn)


def fine(shapes: Shapes) -> Shapes:
    """Drop vertices that make no visible difference on paper."""
    return np.asarray(shapely.simplify(shapes, _FINE_MM), dtype=object)


def fine_coverage(shapes: Shapes) -> Shapes:
    """Drop vertices of shapes that tile, so that neighbours stay together."""
    return np.asarray(shapely.coverage_simplify(shapes, _FINE_MM), dtype=object)


def hatch_data(shape: shapely.Geometry, spacing_mm: float) -> str:
    """
    Write slanted lines over a polygon in millimetres as the data of one SVG path.

    Lines of their own, because browsers print patterns as pictures, of megabytes.
    """
    west, south, east, north = shapely.bounds(shape).tolist()
    low, high = west + south, east + north
    starts = np.arange(np.ceil(low / spacing_mm), np.floor(high / spacing_mm) + 1) * spacing_mm
    ends = np.stack(
        (
            np.column_stack((starts - south, np.full(len(starts), south))),
            np.column_stack((starts - north, np.full(len(starts), north))),
        ),
        axis=1,
    )
    lines = shapely.intersection(shapely.linestrings(ends), shape)
    return path_data(np.asarray(lines, dtype=object))


def _line(line: shapely.Geometry, *, closed: bool) -> str:
    xy = np.round(shapely.get_coordinates(line), _DECIMALS)
    xy = xy[:-1] if closed else xy
    if len(xy) < 2:
        return ""
    (x0, y0), said = xy[0], []
    for x, y in xy[1:]:
        if x == x0 and y == y0:
            continue
        said.append(f"V{y:g}" if x == x0 else f"H{x:g}" if y == y0 else f"L{x:g} {y:g}")
        x0, y0 = x, y
    return f"M{xy[0, 0]:g} {xy[0, 1]:g}{''.join(said)}{'Z' if closed else ''}"
