"""Maximal covering, exactly: an integer program for HiGHS, with a bound that is never hidden."""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from gis.errors import InputError
from gis.partition.integer import choice_model
from gis.siting.greedy import Ints, Picked, in_order, row_sums

EXACT_PAIRS = 300_000
"""Pairs of candidate and building up to which the exact program is tried."""

# All gains are whole households: a bound within half a household of the answer proves it.
_GAP_HOUSEHOLDS = 0.5
_NUMERIC = 0.01


def exact(
    cover: sparse.csr_array[Any, Any], weight: Ints, k: int, start: Picked, seconds: float
) -> Picked:
    """
    Look for the k candidates that gain most, with HiGHS.

    Maximise the sum of ``weight * y`` over buildings where ``y <= sum of x over the candidates
    that cover it``, ``sum of x <= k``, x 0 or 1, y between 0 and 1 (Church and ReVelle, 1974).
    Buildings that the same candidates cover are one.

    Parameters
    ----------
    cover, weight, k
        As for `gis.siting.greedy.greedy`.
    start
        What greedy picked; the search begins there and never returns less.
    seconds
        Wall time; then the best so far is returned with the bound reached by then.

    Returns
    -------
    picked
        Proven best exactly when the gains add up to ``bound``. One thread and a fixed seed: the
        same question has the same answer, unless time ran out.

    Raises
    ------
    InputError
        More than `EXACT_PAIRS` pairs of candidates and buildings still to cover.
    """
    pairs = int((weight[cover.indices] > 0).sum())
    if pairs > EXACT_PAIRS:
        raise InputError(
            f"Exact siting is for up to {EXACT_PAIRS:,} pairs of candidate and building, this has "
            f"{pairs:,}: leave out --exact, or give fewer candidates.",
            f"精确选址最多支持 {EXACT_PAIRS:,} 对候选点与楼栋，此处有 {pairs:,} 对："
            "请去掉 --exact，或减少候选点。",
            pairs=pairs,
        )
    groups, amount = _merged(cover, weight)
    solver = _solver(seconds)
    solver.passModel(_model(groups, amount, k))
    solver.setSolution(_solution(groups, start.chosen))
    solver.run()
    info, least = solver.getInfo(), start.bound
    if math.isfinite(info.mip_dual_bound):
        least = min(least, math.floor(-info.mip_dual_bound + _NUMERIC))
    found = start
    if info.primal_solution_status == 2:
        taken = np.asarray(solver.getSolution().col_value[: groups.shape[0]]) > 0.5
        better = in_order(cover, weight, np.flatnonzero(taken)[:k].astype(np.int64))
        found = better if better.gained.sum() > start.gained.sum() else start
    return Picked(found.chosen, found.gained, max(least, int(found.gained.sum())))


def _merged(
    cover: sparse.csr_array[Any, Any], weight: Ints
) -> tuple[sparse.csr_array[Any, Any], Ints]:
    """Candidates x groups of buildings that the same candidates cover, and their weights."""
    columns = cover.tocsc()
    sums: dict[bytes, int] = {}
    for building in np.flatnonzero(weight):
        by = np.sort(columns.indices[columns.indptr[building] : columns.indptr[building + 1]])
        if len(by):
            key = by.astype(np.int64).tobytes()
            sums[key] = sums.get(key, 0) + int(weight[building])
    members = [np.frombuffer(key, np.int64) for key in sums]
    row = np.concatenate([*members, np.zeros(0, np.int64)])
    column = np.repeat(np.arange(len(members)), [len(m) for m in members])
    shape = (cover.shape[0], len(members))
    merged = sparse.csr_array((np.ones(len(row)), (row, column)), shape)
    return merged, np.array(list(sums.values()), np.int64)


def _model(groups: sparse.csr_array[Any, Any], amount: Ints, k: int) -> highspy.HighsLp:
    candidates, buildings = groups.shape
    cost = np.concatenate([np.zeros(candidates), -amount.astype(np.float64)])
    reached = sparse.hstack([-groups.T, sparse.eye_array(buildings)], format="csr")
    few = sparse.csr_array(np.concatenate([np.ones(candidates), np.zeros(buildings)])[None, :])
    model = choice_model(cost, [(reached, -math.inf, 0.0), (few, 0.0, float(k))])
    whole, any_share = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * candidates + [any_share] * buildings
    return model


def _solver(seconds: float) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": float(seconds)}
    options |= {"mip_rel_gap": 0.0, "mip_abs_gap": _GAP_HOUSEHOLDS}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _solution(groups: sparse.csr_array[Any, Any], chosen: Ints) -> highspy.HighsSolution:
    taken = np.zeros(groups.shape[0], np.int64)
    taken[chosen] = 1
    reached = row_sums(groups.T.tocsr(), taken) > 0
    solution = highspy.HighsSolution()
    solution.col_value = np.concatenate([taken, reached]).astype(np.float64)
    return solution
