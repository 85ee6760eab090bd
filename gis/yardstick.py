"""One ground under one rule set, laid out once, so that some grids are judged in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.arrangement import connected
from gis.borders import contiguity
from gis.cells import Ground
from gis.partition.loads import loads
from gis.partition.rules import RuleSet

GridProblem = Literal[
    "over_cap", "indivisible_over_cap", "not_contiguous", "barrier_crossed", "courtyard_split"
]
NOWHERE = -1

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """
    What judging the grids of a ground under a rule set needs.

    Attributes
    ----------
    load, capacity
        As `gis.partition.loads.loads` gives them; `capped` tells whether there is a cap.
    i, j
        Pairs of units that touch.
    crossing_i, crossing_j
        Pairs that would touch if no barrier were hard.
    household, building, estimated
        Households of each unit, its building as a number (-1: ground), whether the count is an
        estimate.
    whole
        For each unit the number of the piece of courtyard that has to stay together; -1 where
        none has.
    """

    load: Ints
    capacity: int
    capped: bool
    i: Ints
    j: Ints
    crossing_i: Ints
    crossing_j: Ints
    households: Ints
    building: Ints
    estimated: Flags
    whole: Ints


def yardstick(ground: Ground, rules: RuleSet) -> Yardstick:
    """
    Lay out a ground under a rule set.

    Raises
    ------
    WrongColumns, InvalidRules
        The rules do not suit the units.
    """
    units = ground.units
    load, capacity = loads(units, rules)
    touching = contiguity(ground, rules.hard_barriers)
    freely = contiguity(ground, ())
    i, j = touching.i.astype(np.int64), touching.j.astype(np.int64)
    return Yardstick(
        load,
        capacity,
        bool(rules.caps),
        i,
        j,
        freely.i.astype(np.int64),
        freely.j.astype(np.int64),
        units["households"].to_numpy(np.int64),
        pd.factorize(units["building_id"])[0].astype(np.int64),
        units["households_estimated"].to_numpy(bool),
        _whole(units, rules, load, capacity, i, j),
    )


def _whole(
    units: pd.DataFrame, rules: RuleSet, load: Ints, capacity: int, i: Ints, j: Ints
) -> Ints:
    """Connected pieces of the courtyards that fit one grid and have to stay whole."""
    yard = pd.factorize(units["courtyard_id"])[0].astype(np.int64)
    if not rules.keep_courtyards or not (yard >= 0).any():
        return np.full(len(units), NOWHERE, np.int64)
    total = np.bincount(yard[yard >= 0], load[yard >= 0])
    fits = (yard >= 0) & (np.append(total, 0)[yard] <= capacity)
    inside = (yard[i] == yard[j]) & fits[i]
    part = connected(len(units), i[inside], j[inside])
    return np.where(fits, part, NOWHERE).astype(np.int64)


def grid_judgement(measure: Yardstick, labels: npt.ArrayLike, grids: Sequence[int]) -> pd.DataFrame:
    """
    Figures of some grids of a plan, and which hard rules each breaks.

    Parameters
    ----------
    measure
        Of the plan's ground and rules.
    labels
        Grid number of each unit; -1 for none. Of the units of other grids only those matter that
        share a courtyard with one of these.
    grids
        Numbers of the grids to judge.

    Returns
    -------
    judgement
        Index `grids`: ``units, buildings, households, households_estimated, load_units`` (of
        ``capacity``), ``load`` (1 is exactly full), ``pieces`` (contiguous parts; 0 when empty),
        ``problems`` (tuple of `GridProblem`; a single unit above the cap is named, though no rule
        is broken by it).
    """
    label = np.asarray(labels, np.int64)
    index = pd.Index(list(grids), name="grid", dtype=np.int64)
    place = places_among(label, index.to_numpy())
    count = len(index)
    inside = place >= 0
    at = place[inside]

    def sums(values: Ints) -> Ints:
        return np.bincount(at, values[inside], count).astype(np.int64)

    load = sums(measure.load)
    pieces = _pieces(place, measure.i, measure.j, count)
    table = pd.DataFrame(
        {
            "units": np.bincount(at, minlength=count),
            "buildings": _distinct(at, measure.building[inside], count),
            "households": sums(measure.households),
            "households_estimated": sums(measure.estimated.astype(np.int64)) > 0,
            "load_units": load,
            "load": load / measure.capacity,
            "pieces": pieces,
        },
        index=index,
    )
    over = measure.capped & (load > measure.capacity)
    several = sums((measure.load > 0).astype(np.int64)) > 1
    free = _pieces(place, measure.crossing_i, measure.crossing_j, count)
    broken = {
        "over_cap": over & several,
        "indivisible_over_cap": over & ~several,
        "not_contiguous": free > 1,
        "barrier_crossed": (pieces > 1) & (free < pieces),
        "courtyard_split": _splitting(measure, label, place, count),
    }
    table["problems"] = pd.Series(
        [tuple(k for k, where in broken.items() if where[n]) for n in range(count)],
        index=index,
        dtype=object,
    )
    return table


def places_among(label: Ints, grids: Ints) -> Ints:
    """Position of each unit's grid among some grids; -1 for those of others, or of none."""
    if not len(grids):
        return np.full(len(label), NOWHERE, np.int64)
    position = np.full(max(int(label.max(initial=-1)), int(grids.max())) + 2, NOWHERE, np.int64)
    position[grids] = np.arange(len(grids))
    # The last place stands for -1: in no grid.
    return position[label]


def _distinct(at: Ints, building: Ints, count: int) -> Ints:
    named = building >= 0
    pairs = np.unique(np.column_stack([at[named], building[named]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=count).astype(np.int64)


def _pieces(place: Ints, i: Ints, j: Ints, count: int) -> Ints:
    """Contiguous parts of each judged grid."""
    inside = np.flatnonzero(place >= 0)
    at = np.empty(len(place), np.int64)
    at[inside] = np.arange(len(inside))
    joined = (place[i] == place[j]) & (place[i] >= 0)
    part = connected(len(inside), at[i[joined]], at[j[joined]])
    first = np.unique(part, return_index=True)[1]
    return np.bincount(place[inside[first]], minlength=count).astype(np.int64)


def _splitting(measure: Yardstick, label: Ints, place: Ints, count: int) -> Flags:
    """Judged grids that share a courtyard with another grid, though it fits one."""
    found = np.zeros(count, bool)
    mine = (place >= 0) & (measure.whole >= 0)
    if not mine.any():
        return found
    concerned = np.isin(measure.whole, measure.whole[mine]) & (label >= 0)
    pairs = np.unique(np.column_stack([measure.whole[concerned], label[concerned]]), axis=0)
    whole, grids = np.unique(pairs[:, 0], return_counts=True)
    split = whole[grids > 1]
    found[place[mine & np.isin(measure.whole, split)]] = True
    return found
