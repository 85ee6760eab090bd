"""The walk to every cell round some starts, as an array that a contour can be drawn through."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from gis.circles.arrivals import starts_of
from gis.circles.raster import CELLS, WalkRaster
from gis.network.search import SearchGraph, within
from gis.network.snapping import Snaps

Ints32 = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]

LARGEST_FIELD = 1_000_000
"""Cells of the largest field; where more ground is reached, the cells are twice as wide."""


@dataclass(frozen=True, slots=True)
class Field:
    """
    Metres of the walk to the middle of each cell, row 0 in the south; inf where none leads.

    The middle of cell (0, 0) lies at ``(x, y)``; the rim is inf all round.
    """

    metres: Floats
    x: float
    y: float
    cell_m: float


def field(raster: WalkRaster, graph: SearchGraph, starts: Snaps, limit_m: float) -> Field | None:
    """
    Walk from the nearest of some starts to every cell round them.

    A cell's value is the least of: the walk to either end of its edge and along the edge, or
    straight along the edge when a start lies on the same one; and the cell's own leg.

    Parameters
    ----------
    raster
        Cells of the network; a coarser raster of it is taken where the ground is large.
    graph
        Of the same network; its arcs lead away from the starts.
    starts
        Places on the network; those that are not on an edge are passed over.
    limit_m
        Cells further than this are inf, or right when they lie beside one that is nearer.

    Returns
    -------
    field
        None when no cell is reached.
    """
    starts = starts.take(np.flatnonzero(starts.ok))
    node_m = _node_metres(raster, graph, starts, limit_m + 2.0 * raster.cell_m)
    raster, box = _fitting(raster, starts, limit_m)
    west, south, east, north = box
    metres = np.full((max(north - south, 0) + 2, max(east - west, 0) + 2), np.inf)
    lying = _lying(starts)
    network = raster.network
    for row in range(south // CELLS, -(-north // CELLS)):
        for column in range(west // CELLS, -(-east // CELLS)):
            block = raster.block(row, column)
            if block is None:
                continue
            _fill(
                metres, row * CELLS - south + 1, column * CELLS - west + 1,
                block.edge, block.offset_m, block.leg_m,
                network.edge_tail, network.edge_head, network.edge_m, node_m, *lying,
            )  # fmt: skip
    return _cropped(metres, west, south, raster.cell_m, limit_m)


def _node_metres(raster: WalkRaster, graph: SearchGraph, starts: Snaps, limit_m: float) -> Floats:
    """Metres to each node of the network, the least of its copies."""
    begun = starts_of(raster.network, graph, starts, np.arange(len(starts.edge)))
    found = within(graph, [0, len(begun.node)], begun.node, begun.metres, limit_m)
    reached = np.full(graph.nodes, np.inf)
    reached[found.node] = found.metres
    least: Floats = np.minimum(reached[graph.people], reached[graph.visited])
    return least


def _fitting(raster: WalkRaster, starts: Snaps, limit_m: float) -> tuple[WalkRaster, Box]:
    """Choose the raster, and the cells in which a walk can end: west, south, east, north."""
    spare = limit_m - starts.leg_m
    near = spare >= 0
    if not near.any():
        return raster, (0, 0, 0, 0)
    x, y, spare = starts.foot_x[near], starts.foot_y[near], spare[near]
    low = np.array([(x - spare).min(), (y - spare).min()])
    high = np.array([(x + spare).max(), (y + spare).max()])
    while True:
        cell, extent = raster.cell_m, raster.extent
        first = np.maximum(np.floor(low / cell).astype(int) - 1, extent[:2])
        last = np.minimum(np.floor(high / cell).astype(int) + 2, extent[2:])
        if np.prod(np.maximum(last - first, 0)) <= LARGEST_FIELD:
            return raster, (int(first[0]), int(first[1]), int(last[0]), int(last[1]))
        raster = raster.coarser()


def _lying(starts: Snaps) -> tuple[Ints32, Floats, Floats]:
    """Return edge, offset and leg of the starts, those of one edge together."""
    order = np.argsort(starts.edge, kind="stable")
    return starts.edge[order], starts.to_tail_m[order], starts.leg_m[order]


def _cropped(metres: Floats, west: int, south: int, cell_m: float, limit_m: float) -> Field | None:
    """Leave out rows and columns that nobody reaches, but for a rim of inf."""
    reached = metres <= limit_m
    rows, columns = np.flatnonzero(reached.any(axis=1)), np.flatnonzero(reached.any(axis=0))
    if not len(rows):
        return None
    j, i = int(rows[0]), int(columns[0])
    metres = metres[j - 1 : rows[-1] + 2, i - 1 : columns[-1] + 2]
    return Field(metres, (west + i - 1.5) * cell_m, (south + j - 1.5) * cell_m, cell_m)


@numba.njit(cache=True, nogil=True)
def _fill(  # pragma: no cover
    metres: Floats,
    row: int,
    column: int,
    edge: Ints32,
    offset_m: Floats32,
    leg_m: Floats32,
    tail: Ints32,
    head: Ints32,
    edge_m: Floats,
    node_m: Floats,
    start_edge: Ints32,
    start_offset: Floats,
    start_leg: Floats,
) -> None:
    """Write the walk to the cells of a block whose first cell is (row, column), inside the rim."""
    for j in range(max(0, 1 - row), min(edge.shape[0], metres.shape[0] - 1 - row)):
        for i in range(max(0, 1 - column), min(edge.shape[1], metres.shape[1] - 1 - column)):
            e = edge[j, i]
            if e < 0:
                continue
            along = offset_m[j, i]
            least = min(node_m[tail[e]] + along, node_m[head[e]] + edge_m[e] - along)
            k = np.searchsorted(start_edge, e)
            while k < len(start_edge) and start_edge[k] == e:
                least = min(least, start_leg[k] + abs(along - start_offset[k]))
                k += 1
            metres[row + j, column + i] = least + leg_m[j, i]
