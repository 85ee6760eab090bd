"""Figures of staff against thresholds: workers to residents, households to posts, subsidy tier."""

from __future__ import annotations

import math
from dataclasses import dataclass


def rounded_to_five(count: int) -> int:
    """
    Round a count of people to the next multiple of 5, halves up.

    >>> rounded_to_five(12), rounded_to_five(13), rounded_to_five(0)
    (10, 15, 0)
    """
    return 5 * ((count + 2) // 5)


def workers_needed(persons: int, per_10000: float) -> int:
    """
    How many workers an area needs to reach so many for each 10,000 residents, rounded up.

    >>> workers_needed(10_000, 18), workers_needed(10_001, 18), workers_needed(0, 18)
    (18, 19, 0)
    """
    return math.ceil(round(persons * per_10000 / 10_000, 9))


@dataclass(frozen=True, slots=True)
class Subsidy:
    """
    Tiers of a subsidy by households.

    Attributes
    ----------
    bounds
        Ascending, such as 5,000 and 10,000 households.
    includes_bound
        Whether the exact figure reaches a bound (5,000 is in the upper tier), or only more.
    """

    bounds: tuple[int, ...]
    includes_bound: bool

    def tier(self, households: int) -> int:
        """
        Return how many bounds are reached.

        >>> [Subsidy((5000, 10000), includes_bound=True).tier(n) for n in (4999, 5000, 10000)]
        [0, 1, 2]
        >>> [Subsidy((5000, 10000), includes_bound=False).tier(n) for n in (5000, 5001, 10000)]
        [0, 1, 1]
        """
        return sum(households > bound - int(self.includes_bound) for bound in self.bounds)
