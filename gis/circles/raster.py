"""The ground as a raster: the walk to the middle of each cell, reckoned as that to a building."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from gis.network.build import WalkingNetwork
from gis.network.snapping import SNAP_LIMIT_M, Snapper, snap

Ints32 = npt.NDArray[np.int32]
Floats32 = npt.NDArray[np.float32]

CELLS = 64
"""Cells on a side of a block."""
CELL_M = 10.0


@dataclass(frozen=True, slots=True)
class Block:
    """
    Cells of one square block, row 0 in the south; each array is (CELLS, CELLS).

    Attributes
    ----------
    edge
        Edge that a person in the middle of the cell walks to; -1: none.
    offset_m
        Metres from the tail of the edge to the point where they come to it.
    leg_m
        Metres of the straight leg to that point.
    """

    edge: Ints32
    offset_m: Floats32
    leg_m: Floats32


class WalkRaster:
    """
    Cells of the ground round a walking network, made block by block when first asked for.

    A cell is set on the network like a building that stands in its middle (`gis.network.snapping`),
    so nothing here depends on where a walk begins. Blocks are numbered from the origin of the CRS:
    a block keeps its ground when the data grow. Safe to share between threads.

    Parameters
    ----------
    snapper
        Of the network. Kept; not modified.
    cell_m, limit_m
        Side of a cell; the longest leg.
    kept
        Blocks held in memory (48 kB each); the one longest unused goes first.
    """

    def __init__(
        self,
        snapper: Snapper,
        *,
        cell_m: float = CELL_M,
        limit_m: float = SNAP_LIMIT_M,
        kept: int = 1024,
    ) -> None:
        self.snapper, self.cell_m, self.limit_m, self.kept = snapper, cell_m, limit_m, kept
        self.extent = _extent(snapper.network, cell_m, limit_m)
        self._blocks: OrderedDict[tuple[int, int], Block | None] = OrderedDict()
        self._coarser: WalkRaster | None = None
        self._lock = Lock()

    @property
    def network(self) -> WalkingNetwork:
        """The network the cells are set on."""
        return self.snapper.network

    def coarser(self) -> WalkRaster:
        """Return the raster of the same ground with cells twice as wide; made once."""
        with self._lock:
            if self._coarser is None:
                self._coarser = WalkRaster(
                    self.snapper,
                    cell_m=2.0 * self.cell_m,
                    limit_m=self.limit_m,
                    kept=self.kept,
                )
            return self._coarser

    @property
    def held(self) -> int:
        """Blocks in memory now."""
        return len(self._blocks)

    def block(self, row: int, column: int) -> Block | None:
        """Return block (row, column) counted from the origin of the CRS; None: no edge is near."""
        key = (row, column)
        with self._lock:
            if key in self._blocks:
                self._blocks.move_to_end(key)
                return self._blocks[key]
        made = self._made(row, column)
        with self._lock:
            self._blocks[key] = made
            while len(self._blocks) > self.kept:
                self._blocks.popitem(last=False)
        return made

    def _made(self, row: int, column: int) -> Block | None:
        middle = np.arange(CELLS) + 0.5
        x, y = np.meshgrid(
            (column * CELLS + middle) * self.cell_m, (row * CELLS + middle) * self.cell_m
        )
        snaps = snap(self.snapper, np.column_stack([x.ravel(), y.ravel()]), limit_m=self.limit_m)
        if not snaps.ok.any():
            return None
        shape = (CELLS, CELLS)
        return Block(
            snaps.edge.reshape(shape),
            snaps.to_tail_m.astype(np.float32).reshape(shape),
            snaps.leg_m.astype(np.float32).reshape(shape),
        )


def _extent(network: WalkingNetwork, cell_m: float, limit_m: float) -> tuple[int, int, int, int]:
    """Cells that edges are near: west, south, and the first beyond in the east and north."""
    if not len(network.line_xy):
        return 0, 0, 0, 0
    west, south = np.floor((network.line_xy.min(axis=0) - limit_m) / cell_m)
    east, north = np.floor((network.line_xy.max(axis=0) + limit_m) / cell_m) + 1
    return int(west), int(south), int(east), int(north)
