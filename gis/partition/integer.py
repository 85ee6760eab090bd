"""
Least cost over yes-or-no choices (HiGHS), with an effort that is counted and a way to stop.

Effort is counted in iterations of the simplex method, not in seconds, so that the same program
and effort give the same answer; whoever waits is asked whether it is late all along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from gis.partition.graph import Floats

Rows = tuple["sparse.csr_array[Any, Any]", float, float]

_GAP = 1e-6
_NODES = 2000  # of one branch and bound
_COLUMN = 0.3  # effort of reading and presolving one choice, in iterations


@dataclass(frozen=True)
class Answer:
    """Choices taken, None without an answer; whether it is final; the effort."""

    chosen: npt.NDArray[np.bool_] | None
    settled: bool
    work: float


def least(cost: Floats, rows: list[Rows], work: float, late: Callable[[], bool]) -> Answer:
    """
    Choose at least cost so that each row's sum lies within its two limits.

    `settled` tells that nothing better exists, or nothing at all when there is no answer. Ends
    early, with the best choice so far, when `work` iterations are spent or `late` says yes.
    """
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("mip_rel_gap", _GAP), ("mip_max_nodes", _NODES)):
        solver.setOptionValue(name, value)
    solver.setOptionValue("threads", 1)
    solver.passModel(choice_model(cost, rows))

    def look(event: Any) -> None:
        spent = event.data_out.simplex_iteration_count
        event.data_in.user_interrupt = late() or spent > work

    for event in (solver.cbMipInterrupt, solver.cbSimplexInterrupt):
        event.subscribe(look)
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    done = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    spent = max(0, info.simplex_iteration_count) + _COLUMN * len(cost)
    chosen = None
    if info.primal_solution_status == 2:
        chosen = np.asarray(solver.getSolution().col_value) > 0.5
    return Answer(chosen, status in done, spent)


def choice_model(cost: Floats, rows: list[Rows]) -> highspy.HighsLp:
    """Least cost over 0 or 1 for each choice, each row's sum within its two limits."""
    matrix = sparse.vstack([part for part, _, _ in rows], format="csr")
    matrix.sort_indices()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(len(cost)), np.ones(len(cost))
    model.row_lower_ = np.concatenate([np.full(p.shape[0], low) for p, low, _ in rows])
    model.row_upper_ = np.concatenate([np.full(p.shape[0], high) for p, _, high in rows])
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model
