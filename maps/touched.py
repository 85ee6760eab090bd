"""Which tiles a changed extent touches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.store.changes import GRID_BITS
from maps.layers import TILE_LAYERS, MapLayer

_UNITS = 4096
# The buffer of 64 units, and two for shapes that rounding to whole units pushes over its edge.
_BUFFER_UNITS = 66
_SHARED_BITS = GRID_BITS - 12

Boxes = NDArray[np.int64]


def tile_ranges(boxes: Boxes, z: int) -> Boxes:
    """
    Return the tiles of a zoom that boxes touch, the tiles' buffer included.

    Parameters
    ----------
    boxes
        Changed extents as in `gis.store.changes.Change`, n x 4.
    z
        Zoom, at most 18.

    Returns
    -------
    ranges
        First column, first row, last column, last row; each range once, sorted.

    Examples
    --------
    A box in the very middle of the world touches all four tiles of zoom 1:

    >>> tile_ranges(np.array([[2**29, 2**29, 2**29, 2**29]]), 1).tolist()
    [[0, 0, 1, 1]]
    """
    bits = GRID_BITS - z
    margin = -(-(_BUFFER_UNITS << bits) // _UNITS)
    grown = boxes + np.array([-margin, -margin, margin, margin])
    return np.unique(np.clip(grown >> bits, 0, 2**z - 1), axis=0)


def degrees(boxes: Boxes, most: int) -> list[list[float]]:
    """
    Return boxes as west, south, east, north in degrees, rounded to 1e-6.

    More than `most` are drawn together: first those that begin in the same tile of zoom 12, and
    if there are still too many, all of them.
    """
    told = np.unique(boxes, axis=0)
    if len(told) > most:
        told = _together(told, told[:, :2] >> _SHARED_BITS)
    if len(told) > most:
        told = _together(told, np.zeros((len(told), 2), dtype=np.int64))
    rounded: list[list[float]] = in_degrees(told).round(6).tolist()
    return rounded


def in_degrees(boxes: Boxes) -> NDArray[np.float64]:
    """Return boxes as west, south, east, north in degrees, row by row."""
    world = float(1 << GRID_BITS)
    west, east = boxes[:, 0] / world * 360 - 180, (boxes[:, 2] + 1) / world * 360 - 180
    north, south = (_latitude(row / world) for row in (boxes[:, 1], boxes[:, 3] + 1))
    return np.column_stack([west, south, east, north])


def _together(boxes: Boxes, place: Boxes) -> Boxes:
    _, group = np.unique(place, axis=0, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    low = np.minimum.reduceat(boxes[order, :2], starts)
    high = np.maximum.reduceat(boxes[order, 2:], starts)
    return np.column_stack([low, high])


def _latitude(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Latitude of a share of the square's height from the north."""
    latitudes: NDArray[np.float64] = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * share))))
    return latitudes


def draws(layer: MapLayer, z: int, source: str, through: str | None) -> bool:
    """
    Tell whether rows of a table are drawn on tiles of a zoom, where they are or `through` others.

    Where a layer is merged its own rows are seen through what stands for them; rows of another
    table through those of the layer at every zoom.
    """
    if through is None:
        return source in layer.depends_on
    merged = layer.table != source or z < layer.merged_below
    return merged and {source, through} <= set(layer.depends_on)


def layers_touched(source: str, through: str | None) -> tuple[tuple[str, ...], int | None]:
    """
    Return the names of the layers that rows of a table draw, and below which zoom.

    None: at every zoom.
    """
    found = tuple(name for name, layer in TILE_LAYERS.items() if draws(layer, 0, source, through))
    everywhere = any(draws(TILE_LAYERS[name], 99, source, through) for name in found)
    below = max((TILE_LAYERS[name].merged_below for name in found), default=0)
    return found, None if everywhere or not found else below
