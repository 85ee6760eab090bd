"""The best places for a kind among candidates, and what is known about how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gis.errors import InputError
from gis.siting.exact import exact as exactly
from gis.siting.greedy import Ints, greedy

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sites:
    """
    Suggested places, best first.

    Attributes
    ----------
    rows
        Candidates, by row of what was given.
    gained
        Households that each reaches beyond those before it.
    before
        Households that reach the kind already.
    total
        Households in all.
    bound
        No k of these candidates bring the households that reach the kind above this.
    method
        ``greedy`` or ``exact``.
    proven
        Whether `after` equals `bound`: no k candidates do better.
    k
        How many were asked for; fewer are suggested where no other candidate gains anybody.
    """

    rows: Ints
    gained: Ints
    before: int
    total: int
    bound: int
    method: Literal["greedy", "exact"]
    k: int

    @property
    def after(self) -> int:
        """Households that reach the kind with all the places."""
        return self.before + int(self.gained.sum())

    @property
    def proven(self) -> bool:
        """Whether no k candidates reach more households."""
        return self.after >= self.bound

    @property
    def gap(self) -> float:
        """
        Share of what could be gained at most that may be missing: 0 when proven.

        ``(bound - after) / (bound - before)``.
        """
        room = self.bound - self.before
        return (self.bound - self.after) / room if room > 0 else 0.0

    @property
    def guarantee(self) -> float:
        """Least share of the best possible gain that is certain."""
        by_method = 1.0 - (1.0 - 1.0 / self.k) ** self.k
        return max(1.0 - self.gap, by_method)

    def certificate(self) -> dict[str, object]:
        """Return plain values for reports: the figures, the bound, and what it says in words."""
        words = self.words()
        return {
            "method": self.method,
            "k": self.k,
            "households_before": self.before,
            "households_after": self.after,
            "households_total": self.total,
            "bound": self.bound,
            "gap": round(self.gap, 6),
            "guarantee": round(self.guarantee, 6),
            "proven": self.proven,
            "en": words[0],
            "zh": words[1],
        }

    def words(self) -> tuple[str, str]:
        """Say in English and Chinese how good the suggestion is."""
        if self.proven:
            return (
                f"No {self.k} of these candidates bring more than {self.after} households: proven.",
                f"这些候选点中任取 {self.k} 处，可达户数都不超过 {self.after} 户（已证明）。",
            )
        return (
            f"No {self.k} of these candidates bring more than {self.bound} households; these "
            f"bring {self.after}, at least {self.guarantee:.1%} of the best gain. Not proven best.",
            f"这些候选点中任取 {self.k} 处，可达户数都不超过 {self.bound} 户；"
            f"本方案为 {self.after} 户，至少达到最大增量的 {self.guarantee:.1%}，未证明最优。",
        )


def best_sites(
    walks: sparse.csr_array[Any, Any],
    households: npt.ArrayLike,
    reached: npt.ArrayLike,
    names: Sequence[str],
    k: int,
    *,
    exact: bool = False,
    seconds: float = SECONDS,
) -> Sites:
    """
    Choose up to k candidates so that most households reach a facility within the cutoff.

    The maximal covering location problem (Church and ReVelle, 1974), with the facilities that
    exist already counted first.

    Parameters
    ----------
    walks
        Candidates x buildings; a stored entry, whatever its value (0 m too), means that people of
        the building reach the candidate within the cutoff (`gis.siting.walks`).
    households
        Households of each building; NaN, not known, counts as 0.
    reached
        Buildings that reach an existing facility of the kind within the cutoff.
    names
        Ids of the candidates: ties go to the first in their order, whatever the order of rows.
    k
        How many places, at least 1.
    exact
        Look for the best with HiGHS (`gis.siting.exact`, up to `EXACT_PAIRS` pairs), beginning
        with the greedy answer.
    seconds
        How long it may look.

    Returns
    -------
    sites
        Best first; `Sites.words` says how good they are.

    Raises
    ------
    InputError
        k is below 1, or the exact program would be too large.

    Examples
    --------
    >>> walks = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> sites = best_sites(walks, [10, 5, 20], [False, False, False], ["mill", "shop"], 1)
    >>> sites.rows.tolist(), sites.after, sites.proven
    ([1], 25, True)
    """
    if k < 1:
        raise InputError(f"-k {k}: ask for at least one place.", f"-k {k}：至少选择一处。", k=k)
    amount = np.rint(np.nan_to_num(np.asarray(households, np.float64))).astype(np.int64)
    served = np.asarray(reached, bool)
    order = np.argsort(np.asarray(names, dtype=str), kind="stable").astype(np.int64)
    cover, weight = walks[order], np.where(served, 0, amount)
    picked = greedy(cover, weight, k)
    if exact and picked.gained.sum() < picked.bound:
        picked = exactly(cover, weight, k, picked, seconds)
    before = int(amount[served].sum())
    return Sites(
        order[picked.chosen],
        picked.gained,
        before,
        int(amount.sum()),
        before + picked.bound,
        "exact" if exact else "greedy",
        k,
    )
