"""Classes that colours stand for: load against the cap, minutes on foot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

LoadClass = Literal["low", "fit", "over", "far-over"]

LOW, FULL, FAR_OVER = 0.8, 1.0, 1.2
"""Loads at which classes end; 1 is exactly full."""

STEPS = 5
"""Steps of the colour scale of minutes; tokens minutes-1 to minutes-5."""


def load_class(load: float) -> LoadClass:
    """
    Return the class of a load.

    >>> [load_class(x) for x in (0.79, 0.8, 1.0, 1.01, 1.3)]
    ['low', 'fit', 'fit', 'over', 'far-over']
    """
    if load < LOW:
        return "low"
    if load <= FULL:
        return "fit"
    return "over" if load <= FAR_OVER else "far-over"


def minute_steps(cutoffs: int) -> list[int]:
    """
    Step of the colour scale of each cutoff, nearest first; few are spread over the whole scale.

    >>> minute_steps(3), minute_steps(1), minute_steps(5)
    ([1, 3, 5], [1], [1, 2, 3, 4, 5])
    """
    gaps = max(cutoffs - 1, 1)
    return [1 + int(i * (STEPS - 1) / gaps + 0.5) for i in range(cutoffs)]


def minute_class(minutes: float, cutoffs: Sequence[float], steps: Sequence[int]) -> str:
    """
    Class of a building by its walk.

    >>> [minute_class(m, (5, 10, 15), (1, 3, 5)) for m in (5.0, 5.1, 15.0, 15.1, float("nan"))]
    ['minutes-1', 'minutes-3', 'minutes-5', 'unreached', 'unreached']
    """
    for most, step in zip(cutoffs, steps, strict=True):
        if minutes <= most:
            return f"minutes-{step}"
    return "unreached"


def cutoffs_up_to(minutes: float) -> list[float]:
    """
    Return the cutoffs that a map of so many minutes shows: five apart, wider where five are many.

    >>> cutoffs_up_to(15), cutoffs_up_to(12), cutoffs_up_to(4), cutoffs_up_to(60)
    ([5.0, 10.0, 15.0], [5.0, 10.0, 12.0], [4.0], [15.0, 30.0, 45.0, 60.0])
    """
    width = 5 * math.ceil(minutes / 5 / STEPS)
    whole = [float(n) for n in range(width, math.ceil(minutes), width)]
    return [*whole, float(minutes)]
