"""Grids of many divisions put together anew: the best division that they hold among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from gis.partition.graph import Floats, Ints, PieceGraph

_NODES = 100


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
        """Add the grids of a division; pieces with -1 lie in none."""
        order = np.argsort(labels, kind="stable")[int((labels < 0).sum()) :]
        for grid in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
            self._grids.setdefault(grid.astype(np.int32).tobytes(), grid)


def recombined(graph: PieceGraph, pool: Iterable[Ints], most: int) -> Ints | None:
    """
    Choose at most `most` grids of the pool that hold every loaded piece once.

    A set partitioning program, solved by HiGHS within a fixed number of nodes; when its linear
    relaxation already needs more grids, no search is made. Pieces without load may be left over
    (-1).

    Returns None when no choice was found.
    """
    grids = list(pool)
    piece = np.concatenate(grids)
    grid = np.repeat(np.arange(len(grids)), [len(g) for g in grids])
    matrix = sparse.csc_array((np.ones(len(piece)), (piece, grid)), shape=(graph.size, len(grids)))
    chosen = choice(matrix, (graph.load > 0).astype(np.float64), most, nodes=_NODES).sets
    if chosen is None:
        return None
    labels = np.full(graph.size, -1, np.int64)
    for number, k in enumerate(chosen):
        labels[grids[k]] = number
    return labels


@dataclass(frozen=True, slots=True)
class Choice:
    """Sets that were chosen, or None; ``is_ruled_out`` when there is no choice at all."""

    sets: Ints | None
    is_ruled_out: bool


def choice(matrix: sparse.csc_array, lowest: Floats, most: int, *, nodes: int) -> Choice:
    """
    Choose at most `most` columns, each row being held once, or at most once where `lowest` is 0.

    HiGHS searches `nodes` nodes at most, and none when the linear relaxation rules all out.
    """
    if not matrix.shape[1]:
        return Choice(None, bool(lowest.any()))
    model = _program(matrix, lowest, nodes)
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Choice(None, True)
    if not model.getInfo().objective_function_value <= most + 1e-6:
        return Choice(None, model.getModelStatus() == highspy.HighsModelStatus.kOptimal)
    columns = np.arange(matrix.shape[1], dtype=np.int32)
    whole = np.full(len(columns), highspy.HighsVarType.kInteger.value, np.uint8)
    model.changeColsIntegrality(len(columns), columns, whole)
    model.addRow(-highspy.kHighsInf, float(most), len(columns), columns, np.ones(len(columns)))
    model.run()
    if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Choice(None, model.getModelStatus() == highspy.HighsModelStatus.kInfeasible)
    return Choice(np.flatnonzero(np.asarray(model.getSolution().col_value) > 0.5), False)


def _program(matrix: sparse.csc_array, lowest: Floats, nodes: int) -> highspy.Highs:
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = np.ones(matrix.shape[1])
    program.col_lower_, program.col_upper_ = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
    program.row_lower_, program.row_upper_ = lowest, np.ones(len(lowest))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_max_nodes", nodes)
    model.setOptionValue("mip_max_improving_sols", 1)
    model.passModel(program)
    return model
