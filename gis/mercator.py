"""The square of Web Mercator and its tiles, in degrees."""

from __future__ import annotations

import math
from typing import NamedTuple

DRAWN_IN_DEGREES = 12
"""From this zoom on a tile's degrees are as good as its Mercator metres; see `tile_box`."""


class Box(NamedTuple):
    """West, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float


def tile_box(z: int, x: int, y: int, margin: float = 0.0) -> Box:
    """
    Return the box of a tile in degrees, wider by a share of its side on each side.

    Neighbours share their sides exactly. Latitude and Mercator's northing are not in proportion,
    but nearly so within a tile: a point put linearly between the tile's south and north is off
    by at most ``pi / 4 * |sin(latitude)| / 2 ** z`` of the tile's side, 0.4 of its 4,096 units at
    zoom 12 and latitude 30, nothing at its edges.

    Examples
    --------
    >>> tile_box(0, 0, 0).east, round(tile_box(0, 0, 0).north, 6)
    (180.0, 85.051129)
    >>> tile_box(3, 1, 2).south == tile_box(3, 1, 3).north
    True
    """
    side = 1 << z
    return Box(
        (x - margin) / side * 360 - 180,
        _latitude((y + 1 + margin) / side),
        (x + 1 + margin) / side * 360 - 180,
        _latitude((y - margin) / side),
    )


def _latitude(share: float) -> float:
    """Latitude of a share of the square, from the north."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))
