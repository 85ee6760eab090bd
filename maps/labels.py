"""Where texts stand on a printed map: inside what they name, and never one over another."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

_WIDE_EM, _NARROW_EM = 1.0, 0.56
_LEADING = 1.22
_LATTICE = 9
_PAD_MM = 0.4

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label: its text, its height in millimetres and its class."""

    text: str
    size_mm: float
    style: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label that found its place: the middle of its first line's baseline, lines, angle."""

    x: float
    y: float
    lines: tuple[tuple[float, Line], ...]
    degrees: float = 0.0


def text_width(text: str, size_mm: float) -> float:
    """
    Estimate how wide a text is: Chinese characters are square, others about half as wide.

    >>> text_width("第12网格", 2.0)
    8.24
    """
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return round((wide * _WIDE_EM + (len(text) - wide) * _NARROW_EM) * size_mm, 4)


def extent(lines: Sequence[Line]) -> tuple[float, float]:
    """Width and height of a label in millimetres."""
    width = max(text_width(line.text, line.size_mm) for line in lines)
    return width, sum(line.size_mm * _LEADING for line in lines)


class Board:
    """The places that are taken on one sheet."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width_mm, self.height_mm = width_mm, height_mm
        self._taken = np.empty((0, 4))

    def take(self, box: Sequence[float] | npt.NDArray[np.float64]) -> None:
        """Mark a box (left, top, right, bottom) as taken."""
        self._taken = np.vstack((self._taken, np.asarray(box, np.float64)))

    def first_free(self, boxes: Boxes) -> int | None:
        """Return the first of the boxes that lies on the sheet and touches nothing taken."""
        inside = (
            (boxes[:, :2] >= 0).all(axis=1)
            & (boxes[:, 2] <= self.width_mm)
            & (boxes[:, 3] <= self.height_mm)
        )
        for number in np.flatnonzero(inside):
            left, top, right, bottom = boxes[number]
            taken = self._taken
            hit = (
                (taken[:, 0] < right)
                & (taken[:, 2] > left)
                & (taken[:, 1] < bottom)
                & (taken[:, 3] > top)
            )
            if not hit.any():
                return int(number)
        return None

    def place(
        self,
        area: shapely.Geometry,
        variants: Sequence[Sequence[Line]],
        *,
        always: bool = False,
    ) -> Label | None:
        """
        Put the first variant that fits inside `area`; the box it takes is taken from then on.

        Parameters
        ----------
        area
            Polygon or MultiPolygon in millimetres.
        variants
            The label as it is best, then ever smaller.
        always
            Put the last variant in the middle even when it fits nowhere.
        """
        places = _places(area)
        for lines in variants:
            boxes = _boxes(places, lines)
            within = boxes[shapely.contains(area, shapely.box(*boxes.T))]
            number = self.first_free(within)
            if number is not None:
                return self._put(within[number], lines)
        if not always or not len(places):
            return None
        boxes = _boxes(places, variants[-1])
        number = self.first_free(boxes)
        return self._put(boxes[number or 0], variants[-1])

    def place_along(self, line: shapely.Geometry, text: Line) -> Label | None:
        """Put a text along the straightest free stretch of a line, read from left to right."""
        width = text_width(text.text, text.size_mm)
        for middle, degrees in _stretches(line, width):
            box = _turned(middle, width, text.size_mm * _LEADING, degrees)
            number = self.first_free(np.array([box]))
            if number is not None:
                self.take(box)
                x, y = middle
                sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
                drop = text.size_mm * 0.36
                return Label(x - drop * sine, y + drop * cosine, ((0.0, text),), degrees)
        return None

    def _put(self, box: npt.NDArray[np.float64], lines: Sequence[Line]) -> Label:
        self.take(box)
        left, top, right, _ = box
        rows, y = [], top
        for line in lines:
            rows.append((float(y + line.size_mm * 0.98), line))
            y += line.size_mm * _LEADING
        first = rows[0][0]
        return Label(
            float(left + right) / 2, first, tuple((row - first, line) for row, line in rows)
        )


def _places(area: shapely.Geometry) -> npt.NDArray[np.float64]:
    """Places inside an area, those far from its edge first."""
    pieces = shapely.get_parts(area)
    pieces = pieces[shapely.get_dimensions(pieces) == 2]
    if not len(pieces):
        return np.empty((0, 2))
    largest = pieces[np.argmax(shapely.area(pieces))]
    west, south, east, north = largest.bounds
    steps = (np.arange(_LATTICE) + 0.5) / _LATTICE
    x, y = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
    lattice = np.column_stack((x.ravel(), y.ravel()))
    lattice = lattice[shapely.contains_xy(largest, lattice[:, 0], lattice[:, 1])]
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 0.5))[:1]
    away = shapely.distance(shapely.boundary(largest), shapely.points(lattice))
    return np.vstack((middle, lattice[np.argsort(-away, kind="stable")]))


def _boxes(places: npt.NDArray[np.float64], lines: Sequence[Line]) -> Boxes:
    width, height = extent(lines)
    half = np.array([width / 2 + _PAD_MM, height / 2 + _PAD_MM])
    return np.hstack((places - half, places + half))


def _stretches(line: shapely.Geometry, width: float) -> list[tuple[tuple[float, float], float]]:
    """Middles and angles of stretches as long as a text, the straightest first."""
    pieces = [p for p in shapely.get_parts(line) if p.length >= width * 1.1]
    found = []
    for piece in pieces:
        starts = np.arange(0, piece.length - width + 1e-9, max(width / 2, 2.0))
        a = shapely.get_coordinates(shapely.line_interpolate_point(piece, starts))
        b = shapely.get_coordinates(shapely.line_interpolate_point(piece, starts + width))
        m = shapely.get_coordinates(shapely.line_interpolate_point(piece, starts + width / 2))
        chord = np.hypot(*(b - a).T)
        for k in np.flatnonzero(chord > 0.96 * width):
            degrees = float(np.degrees(np.arctan2(b[k, 1] - a[k, 1], b[k, 0] - a[k, 0])))
            degrees = (
                degrees - 180 if degrees > 90 else degrees + 180 if degrees <= -90 else degrees
            )
            centre = abs(starts[k] + width / 2 - piece.length / 2) / piece.length
            found.append((1 - chord[k] / width + 0.02 * centre, (m[k, 0], m[k, 1]), degrees))
    found.sort(key=lambda stretch: stretch[0])
    return [((float(x), float(y)), degrees) for _, (x, y), degrees in found[:12]]


def _turned(
    middle: tuple[float, float], width: float, height: float, degrees: float
) -> list[float]:
    """Box around a turned text."""
    sine, cosine = abs(np.sin(np.radians(degrees))), abs(np.cos(np.radians(degrees)))
    half_x = (width * cosine + height * sine) / 2
    half_y = (width * sine + height * cosine) / 2
    x, y = middle
    return [x - half_x, y - half_y, x + half_x, y + half_y]
