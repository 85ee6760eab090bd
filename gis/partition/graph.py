"""The graph that is divided: pieces with loads and places, borders with lengths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from gis.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PieceGraph:
    """
    Pieces (units, or courtyards that stay whole) and the borders by which they touch.

    Attributes
    ----------
    load
        int64, none negative, one per piece.
    x, y
        Centre of each piece in metres (any planar coordinates).
    mass
        Weight of each piece in the compactness term, such as its area in square metres; > 0.
    i, j, length
        Each touching pair once, ``i < j``, in rising order, with the length of its border (> 0).
    """

    load: Ints
    x: Floats
    y: Floats
    mass: Floats
    i: Ints
    j: Ints
    length: Floats

    @property
    def size(self) -> int:
        """Number of pieces."""
        return len(self.load)

    @cached_property
    def adjacency(self) -> sparse.csr_array:
        """Symmetric matrix of border lengths, indices sorted."""
        rows, cols = np.r_[self.i, self.j], np.r_[self.j, self.i]
        shape = (self.size, self.size)
        matrix = sparse.csr_array((np.r_[self.length, self.length], (rows, cols)), shape=shape)
        matrix.sort_indices()
        return matrix

    def components(self, where: npt.NDArray[np.bool_] | None = None) -> Ints:
        """Connected part of each piece, numbered from 0; -1 for pieces not in `where`."""
        return connected_parts(self.size, self.i, self.j, where)

    def part(self, nodes: Ints) -> PieceGraph:
        """Graph of the pieces `nodes` (rising) and the borders among them."""
        place = np.full(self.size, -1, np.int64)
        place[nodes] = np.arange(len(nodes))
        inside = (place[self.i] >= 0) & (place[self.j] >= 0)
        return PieceGraph(
            self.load[nodes],
            self.x[nodes],
            self.y[nodes],
            self.mass[nodes],
            place[self.i[inside]],
            place[self.j[inside]],
            self.length[inside],
        )


def piece_graph(
    load: npt.ArrayLike,
    i: npt.ArrayLike,
    j: npt.ArrayLike,
    *,
    length: npt.ArrayLike | None = None,
    x: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    mass: npt.ArrayLike | None = None,
) -> PieceGraph:
    """
    Check and order the arrays of a graph.

    Pairs may come in any direction and more than once (their lengths add up); a piece that
    touches itself is passed over. Length and mass default to 1, places to 0.

    Raises
    ------
    InputError
        A load is negative, an array has the wrong size, a pair names no piece, or a number is
        not finite.
    """
    loads = np.asarray(load, np.int64)
    n = len(loads)
    first, second = np.asarray(i, np.int64), np.asarray(j, np.int64)
    lengths = _floats(length, len(first), 1.0)
    arrays = [_floats(values, n, default) for values, default in ((x, 0), (y, 0), (mass, 1))]
    low, high = np.minimum(first, second), np.maximum(first, second)
    if len(first) != len(second) or (len(low) and (low.min() < 0 or high.max() >= n)):
        raise InputError("A border names a unit that does not exist.", "界线引用了不存在的单元。")
    if n and loads.min() < 0:
        raise InputError("A unit has a negative load.", "有单元的负荷为负数。")
    keep = low != high
    pairs, inverse = np.unique(low[keep] * n + high[keep], return_inverse=True)
    total = np.bincount(inverse, lengths[keep], len(pairs)).astype(np.float64)
    masses = np.maximum(arrays[2], 1e-9)
    return PieceGraph(loads, arrays[0], arrays[1], masses, pairs // n, pairs % n, total)


def connected_parts(
    size: int, i: Ints, j: Ints, where: npt.NDArray[np.bool_] | None = None
) -> Ints:
    """
    Connected part of each of `size` nodes, numbered from 0 by their first node.

    Nodes outside `where` get -1 and join nothing.

    >>> connected_parts(4, np.array([0, 2]), np.array([1, 3])).tolist()
    [0, 0, 1, 1]
    """
    if where is not None:
        inside = where[i] & where[j]
        i, j = i[inside], j[inside]
    ones = np.ones(len(i), np.int8)
    matrix = sparse.csr_array((ones, (i, j)), shape=(size, size))
    labels = csgraph.connected_components(matrix, directed=False)[1].astype(np.int64)
    if where is None:
        return labels
    labels[~where] = -1
    kept = labels[where]
    _, first, inverse = np.unique(kept, return_index=True, return_inverse=True)
    labels[where] = np.argsort(np.argsort(first))[inverse]
    return labels


def _floats(values: npt.ArrayLike | None, size: int, default: float) -> Floats:
    if values is None:
        return np.full(size, default, np.float64)
    array = np.asarray(values, np.float64)
    if array.shape != (size,) or not np.isfinite(array).all():
        raise InputError(
            f"An array of the graph must hold {size} finite numbers.",
            f"图的数组应含 {size} 个有限数值。",
        )
    return array
