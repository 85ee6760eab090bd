"""Maximal covering, greedily: the place that gains most, again and again, and how far off it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picked:
    """Candidates in the order they were picked, what each gained, and the most any k can gain."""

    chosen: Ints
    gained: Ints
    bound: int


def greedy(cover: sparse.csr_array[Any, Any], weight: Ints, k: int) -> Picked:
    """
    Pick up to k candidates, each time the one that covers most weight not covered yet.

    What a set of candidates covers is submodular, so the sum gained is at least
    ``1 - (1 - 1/k)^k``, more than ``1 - 1/e`` = 63.2 %, of the most that k candidates can gain
    (Nemhauser, Wolsey and Fisher, Mathematical Programming 14, 1978), and a gain once computed
    stays an upper bound later on: only the candidate in front is computed anew (Minoux, 1978).
    For the same reason no k candidates gain more than the sum so far and the k largest gains
    that are left; ``bound`` is the least of these over all steps.

    Parameters
    ----------
    cover
        Candidates x buildings; a stored entry, whatever its value, means covered.
    weight
        Households of each building, 0 where it is covered already. Not modified.
    k
        How many to pick, at least 1.

    Returns
    -------
    picked
        Fewer than k when no other candidate gains anything; ties go to the lower row.
    """
    left = weight.astype(np.int64).copy()
    most = row_sums(cover, left)
    chosen: list[int] = []
    gained: list[int] = []
    so_far = 0
    bound = _largest(most, k)
    while len(chosen) < min(k, len(most)):
        front = int(np.argmax(most))
        members = cover.indices[cover.indptr[front] : cover.indptr[front + 1]]
        gain = int(left[members].sum())
        if gain < most[front]:
            most[front] = gain
            continue
        if gain == 0:
            break
        left[members], most[front], so_far = 0, 0, so_far + gain
        chosen.append(front)
        gained.append(gain)
        bound = min(bound, so_far + _largest(most, k))
    bound = min(bound, so_far + _largest(row_sums(cover, left), k))
    return Picked(np.array(chosen, np.int64), np.array(gained, np.int64), bound)


def row_sums(cover: sparse.csr_array[Any, Any], weight: Ints) -> Ints:
    """Weight of the buildings that each candidate covers."""
    before = np.concatenate([[0], np.cumsum(weight[cover.indices])])
    return np.asarray(before[cover.indptr[1:]] - before[cover.indptr[:-1]], np.int64)


def in_order(cover: sparse.csr_array[Any, Any], weight: Ints, chosen: Ints) -> Picked:
    """Order a given set by what each gains beyond those before it, most first."""
    rows = np.sort(chosen)
    picked = greedy(cover[rows], weight, len(rows)) if len(rows) else None
    if picked is None:
        return Picked(rows, rows.copy(), 0)
    return Picked(rows[picked.chosen], picked.gained, picked.bound)


def _largest(gains: Ints, k: int) -> int:
    return int(gains.sum() if k >= len(gains) else np.partition(gains, -k)[-k:].sum())
