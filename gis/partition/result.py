"""What a division returns: labels, grids and the certificate of how good it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.partition.rules import RuleSet

METHOD = "wangge 0.1: spanning trees, annealed flips, set partitioning, prices"


@dataclass(frozen=True, slots=True)
class Split:
    """
    One courtyard that lies in several grids, and why.

    ``why`` is ``too_large`` (its load exceeds a full grid; it needs at least ``least`` grids),
    ``cut_apart`` (its units are not connected) or ``not_kept`` (the rules allow it).
    """

    courtyard_id: str
    why: Literal["too_large", "cut_apart", "not_kept"]
    grids: int
    least: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    How good a division is, and why it cannot be much better.

    ``grids`` counts the grids that are not special, ``special`` the others. ``lower_bound`` is
    a number of grids no division under the same rules can go below; ``reasons`` says in words
    where it comes from (Chinese and English). ``proven`` is true when ``grids`` is known to be
    the least possible. ``capacity`` is the load of a full grid, ``target_load`` what a grid of
    several pieces may reach (see ``docs/grid-package.md``). ``households_kinds`` names what the
    households are that were divided; the rules may speak of another kind. ``over_cap_posts``
    gives the posts that each unit over the cap needs, ``splits`` why each split courtyard is
    split; ``interrupted`` tells that the search was stopped early;
    ``measures`` are named in ``docs/grid-package.md``.
    """

    grids: int
    lower_bound: int
    reasons: tuple[dict[str, str], ...]
    over_cap: tuple[str, ...]
    courtyards_split: tuple[str, ...]
    special: int
    measures: dict[str, float]
    proven: bool = False
    capacity: int = 1
    target_load: int = 1
    total_load: int = 0
    components: int = 0
    households: int = 0
    households_estimated: int = 0
    households_kinds: tuple[str, ...] = ()
    over_cap_posts: dict[str, int] = field(default_factory=dict)
    splits: tuple[Split, ...] = ()
    interrupted: bool = False
    prices: dict[str, int] = field(default_factory=dict)
    method: str = METHOD

    @property
    def gap(self) -> int:
        """Grids above the lower bound."""
        return self.grids - self.lower_bound


@dataclass(frozen=True, slots=True)
class Within:
    """Base grids that micro grids nest in: the number of each unit's, and their names."""

    grid: npt.NDArray[np.int64]
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class Division:
    """
    A division of one ground.

    Attributes
    ----------
    labels
        Grid number (0-based, every unit has one) of each unit.
    loads
        Integer load of each unit; a full grid has ``certificate.capacity``.
    grids
        Indexed by grid number; ``name``, ``kind``, ``households``, ``weight``, ``load_units``,
        ``load`` (``load_units / capacity``; 1.0 is exactly full), ``flags`` (sorted tuple of
        texts: above_fill, beyond_tolerance, no_households, over_cap, under_minimum),
        ``posts_needed`` (by load), ``posts_by_visits`` and ``round_m`` (see `gis.workload`).
        Grids are numbered in bands from north to south; micro grids base grid by base grid.
    within
        Base grids that the grids nest in; None for base grids themselves.
    """

    labels: npt.NDArray[np.int32]
    grids: pd.DataFrame
    certificate: Certificate
    rules: RuleSet
    seed: int | None
    loads: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    within: Within | None = None
