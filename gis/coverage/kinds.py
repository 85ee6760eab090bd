"""How many kinds of a preset each building reaches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.coverage.figures import Distances, within
from gis.coverage.population import Grouping, Population

Ints = npt.NDArray[np.int64]


def kinds_reached(
    kinds: Sequence[str],
    metres: Distances,
    wanted: Sequence[str],
    cutoff_s: int,
    speed_m_s: float,
) -> Ints:
    """
    Count the wanted kinds (those of one level of a preset) that each building reaches.

    Parameters
    ----------
    kinds
        Names of the columns of `metres`.
    metres
        Metres to the nearest facility of each kind, (buildings, kinds); inf for none.
    wanted
        Kinds of the level, without repeats. One that is not among `kinds` is reached by nobody.
    cutoff_s, speed_m_s
        Seconds within which each must lie, and metres walked in a second.

    Returns
    -------
    count
        0 to ``len(wanted)`` for each building.

    Examples
    --------
    >>> metres = np.array([[100.0, 500.0], [300.0, np.inf]])
    >>> kinds_reached(["canteen", "medical"], metres, ["canteen", "medical"], 600, 1.2).tolist()
    [2, 1]
    """
    columns = [number for number, kind in enumerate(kinds) if kind in set(wanted)]
    reached = within(metres[:, columns], cutoff_s, speed_m_s)
    return np.asarray(reached.sum(axis=1), np.int64)


def households_by_kinds(
    population: Population, count: Ints, of: int, grouping: Grouping
) -> pd.DataFrame:
    """
    Share out the households of each group by how many kinds of a preset they reach.

    Parameters
    ----------
    population
        Counts of the buildings.
    count
        What `kinds_reached` gives for them.
    of
        How many kinds the preset has.
    grouping
        Groups to tell of.

    Returns
    -------
    shares
        One row for each group and number from 0 to `of`: ``group``, ``kinds_reached``,
        ``kinds`` (= `of`), ``households``, ``buildings``, ``households_kind``. The households of
        a group add up to all of its known ones.
    """
    code, groups = grouping.codes()
    member = code >= 0
    bins = code[member] * (of + 1) + count[member]
    size = len(groups) * (of + 1)
    households = np.bincount(bins, population.amount("households")[member], size)
    number = np.arange(size)
    return pd.DataFrame(
        {
            "grouping": grouping.name,
            "group": groups[number // (of + 1)] if size else [],
            "kinds_reached": number % (of + 1),
            "kinds": of,
            "households": np.rint(households).astype(np.int64),
            "buildings": np.bincount(bins, minlength=size),
            "households_kind": population.households_kind,
        }
    )
