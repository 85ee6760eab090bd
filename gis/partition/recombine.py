"""Grids of many divisions put together anew: the best division that they hold among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import highspy
import numpy as np
from scipy import sparse

from gis.partition.graph import Floats, Ints, PieceGraph

_NODES = 2_000
_SHAPE = 1e-3  # all grids' borders together weigh less than one grid


class Pool:
    """Grids seen so far, each once, in the order they came."""

    def __init__(self) -> None:
        self._grids: dict[bytes, Ints] = {}

    def __len__(self) -> int:
        return len(self._grids)

    @property
    def grids(self) -> Sequence[Ints]:
        """The pieces of each grid, rising."""
        return list(self._grids.values())

    def take(self, labels: Ints) -> None:
        """Add the grids of a division."""
        order = np.argsort(labels, kind="stable")
        for grid in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
            self._grids.setdefault(grid.astype(np.int32).tobytes(), grid)


def recombined(graph: PieceGraph, pool: Iterable[Ints]) -> Ints | None:
    """
    Choose grids of the pool that hold every loaded piece once, as few as can be.

    A set partitioning program, solved by HiGHS within a fixed number of nodes; among equally
    many grids those with less border are chosen. Pieces without load may be left over (-1).

    Returns None when no choice was found.
    """
    grids = list(pool)
    piece = np.concatenate(grids)
    grid = np.repeat(np.arange(len(grids)), [len(g) for g in grids])
    matrix = sparse.csc_array((np.ones(len(piece)), (piece, grid)), shape=(graph.size, len(grids)))
    lowest = (graph.load > 0).astype(np.float64)
    chosen = _solve(matrix, 1.0 + _SHAPE * _borders(graph, matrix), lowest)
    if chosen is None:
        return None
    labels = np.full(graph.size, -1, np.int64)
    for number, k in enumerate(chosen):
        labels[grids[k]] = number
    return labels


def _borders(graph: PieceGraph, matrix: sparse.csc_array) -> Floats:
    """Border of each grid with other grids, as a share of all borders."""
    if not len(graph.length):
        return np.zeros(matrix.shape[1])
    inside = matrix.multiply(graph.adjacency @ matrix).sum(axis=0)
    whole = matrix.T @ graph.adjacency.sum(axis=1)
    return np.asarray((whole - inside) / (2.0 * graph.length.sum()), np.float64)


def _solve(matrix: sparse.csc_array, cost: Floats, lowest: Floats) -> Ints | None:
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = np.zeros(len(cost)), np.ones(len(cost))
    program.row_lower_, program.row_upper_ = lowest, np.ones(len(lowest))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_max_nodes", _NODES)
    model.passModel(program)
    model.run()
    if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.flatnonzero(np.asarray(model.getSolution().col_value) > 0.5)
