"""From lines to vertices: which points of which lines are one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


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
    cells = np.round(xy / step).astype(np.int64)
    place, _ = pd.factorize((cells[:, 0] << 32) ^ (cells[:, 1] & 0xFFFFFFFF))
    place = np.asarray(place, dtype=np.int64)
    count = int(place.max()) + 1 if len(place) else 0
    x, y = np.empty(count), np.empty(count)
    # Written backwards, so that the first point of a place stays.
    x[place[::-1]], y[place[::-1]] = xy[::-1, 0], xy[::-1, 1]
    return Vertices(place, np.asarray(line, dtype=np.int64), x, y)
