"""
What may be told of sensitive groups (residents, elders, vulnerable): DESIGN section 4.

At community level and above only, rounded to 5, shares from the rounded figures, and nothing
that rests on one or two buildings, for whoever knows one of them would know the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROUNDED_TO = 5
FEWEST_BUILDINGS = 3


def rounded(counts: npt.ArrayLike) -> Floats:
    """
    Round counts to the nearest multiple of 5, halves up.

    >>> rounded([0, 2, 3, 12.5]).tolist()
    [0.0, 0.0, 5.0, 15.0]
    """
    return np.floor(np.asarray(counts, np.float64) / ROUNDED_TO + 0.5) * ROUNDED_TO


def too_few(buildings: npt.ArrayLike) -> Flags:
    """
    Tell which figures rest on one or two buildings.

    >>> too_few([0, 1, 2, 3]).tolist()
    [False, True, True, False]
    """
    count = np.abs(np.asarray(buildings, np.float64))
    return np.asarray((count > 0) & (count < FEWEST_BUILDINGS))
