"""Whom figures count: households of one kind, and groups of people, per building."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.contracts import HOUSEHOLD_KINDS, SENSITIVE

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ABOVE_COMMUNITY = ("community", "subdistrict", "county")
"""Groupings whose figures may speak of sensitive groups; see DESIGN section 4."""


@dataclass(frozen=True, slots=True)
class Population:
    """
    Counts per building, in the order of the buildings; NaN where a count is not known.

    ``counts`` has ``buildings`` (1 each), ``households`` and the sensitive groups. Households
    that are counted another way than ``households_kind`` are not known. ``estimated`` marks
    the buildings whose households are an estimate.
    """

    counts: dict[str, Floats]
    households_kind: str
    estimated: Flags

    def __len__(self) -> int:
        return len(self.estimated)

    def known(self, counted: str) -> Flags:
        """Buildings of which the count is known."""
        return ~np.isnan(self.counts[counted])

    def amount(self, counted: str) -> Floats:
        """Counts with 0 where they are not known."""
        return np.nan_to_num(self.counts[counted], nan=0.0)


@dataclass(frozen=True, slots=True)
class Grouping:
    """
    Which group each building belongs to: its grid, courtyard, community, street office ...

    ``group`` holds a name for each building, None for a building of no group, which then
    counts in none. ``name`` decides whether sensitive groups may be told (`ABOVE_COMMUNITY`).
    """

    name: str
    group: Sequence[str | None] | npt.NDArray[np.object_] = field(repr=False)

    def codes(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
        """Number of each building's group (-1 for none) and the groups, by name."""
        names = np.asarray(self.group, dtype=object)
        code, groups = pd.factorize(names, sort=True, use_na_sentinel=True)
        return code.astype(np.int64), np.asarray(groups, dtype=object)


def population(buildings: pd.DataFrame, households_kind: str | None = None) -> Population:
    """
    Read the counts of buildings.

    Parameters
    ----------
    buildings
        Canonical buildings; columns that are missing count as not known. Not modified.
    households_kind
        Which households count; those of most households when not given (ties: the order of
        `gis.contracts.HOUSEHOLD_KINDS`).

    Returns
    -------
    population
        In the order of the rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"households": [3, 4], "households_kind": ["registered", "resident"]})
    >>> people = population(frame)
    >>> people.households_kind, people.counts["households"].tolist()
    ('resident', [nan, 4.0])
    """
    households = _numbers(buildings, "households")
    counted_as = texts(buildings, "households_kind", HOUSEHOLD_KINDS[0])
    kind = households_kind or _commonest(households, counted_as)
    counts = {
        "buildings": np.ones(len(buildings)),
        "households": np.where(counted_as == kind, households, np.nan),
        **{name: _numbers(buildings, name) for name in SENSITIVE},
    }
    estimated = np.zeros(len(buildings), bool)
    if "households_estimated" in buildings:
        estimated = buildings["households_estimated"].fillna(False).to_numpy(bool)
    return Population(counts, kind, estimated)


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name]).to_numpy(np.float64, na_value=np.nan)


def texts(frame: pd.DataFrame, name: str, missing: str | None = None) -> npt.NDArray[np.object_]:
    """Return a column of texts, `missing` where there is none or no such column."""
    if name not in frame:
        return np.full(len(frame), missing, dtype=object)
    return frame[name].astype(object).where(frame[name].notna(), missing).to_numpy(object)


def _commonest(households: Floats, counted_as: npt.NDArray[np.object_]) -> str:
    amounts = [float(np.nansum(households[counted_as == kind])) for kind in HOUSEHOLD_KINDS]
    return HOUSEHOLD_KINDS[int(np.argmax(amounts))]
