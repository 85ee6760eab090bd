"""What a division returns: labels, grids and the certificate of how good it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.partition.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    How good a division is, and why it cannot be much better.

    ``lower_bound`` is a number of grids no division under the same rules can go below;
    ``reasons`` says in words where it comes from (Chinese and English).
    """

    grids: int
    lower_bound: int
    reasons: tuple[dict[str, str], ...]
    over_cap: tuple[str, ...]
    courtyards_split: tuple[str, ...]
    special: int
    measures: dict[str, float]
    proven: bool = False

    @property
    def gap(self) -> int:
        """Grids above the lower bound."""
        return self.grids - self.lower_bound


@dataclass(frozen=True, slots=True)
class Division:
    """
    A division of one ground.

    ``labels[i]`` is the grid number (0-based, every unit has one) of unit ``i``. ``grids`` is
    indexed by grid number and holds ``name``, ``kind``, ``households``, ``load`` (households
    over cap; 1.0 is exactly full), ``flags`` (tuple of text: over_cap, no_households,
    under_minimum ...) and ``posts_needed``.
    """

    labels: npt.NDArray[np.int32]
    grids: pd.DataFrame
    certificate: Certificate
    rules: RuleSet
    seed: int
