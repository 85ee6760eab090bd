"""The table of grids: names, sums, flags and posts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.cells import Ground
from gis.numbering import band_order, grid_name
from gis.partition.graph import Floats, Ints
from gis.partition.search import Found, Task
from gis.partition.touching import Terrain
from gis.workload import posts_by_visits, round_lengths


def numbered(found: Found, land: Terrain, load: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """
    Renumber the grids in bands from north to south; returns labels and which are special.

    A grid's place is the centre of its households, or of its ground when it has none.
    """
    labels, count = found.labels, len(found.special)
    weight = np.where(found.special[labels], land.area_m2, load)
    total = np.maximum(np.bincount(labels, weight, count), 1e-12)
    x = np.bincount(labels, weight * land.x, count) / total
    y = np.bincount(labels, weight * land.y, count) / total
    order = band_order(x, y)
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank[labels], found.special[order]


def grid_table(
    task: Task,
    labels: Ints,
    special: npt.NDArray[np.bool_],
    piece: Ints,
    ground: Ground,
    weight: Ints,
    *,
    checked: bool = True,
) -> pd.DataFrame:
    """
    Sums and flags of each grid (see `gis.partition.result.Division`).

    ``posts_needed`` is the load in full grids, rounded up, at least 1; 0 for special grids.
    ``posts_by_visits`` and ``round_m`` are those of `gis.workload`. With `checked`, grids above
    the target load are an error of the engine; without, a planner drew them.
    """
    count, rules = len(special), task.rules
    households = _sums(labels, ground.units["households"].to_numpy(np.int64), count)
    load = _sums(labels, task.load, count)
    weights = _sums(labels, weight, count)
    posts = np.where(special, 0, np.maximum(1, -(-load // task.capacity)))
    flags = _flags(task, special, load, weights)
    if checked and rules.caps:
        _refuse_overload(load > task.target, labels, piece, task.load)
    return pd.DataFrame(
        {
            "name": [grid_name(n + 1) for n in range(count)],
            "kind": np.where(special, "special", rules.grid_kind).astype(object),
            "households": households,
            "weight": weights,
            "load_units": load,
            "load": load / task.capacity,
            "flags": pd.Series(flags, dtype=object),
            "posts_needed": posts,
            "posts_by_visits": posts_by_visits(
                households,
                quota=rules.visits_per_post,
                visits=rules.visits_per_household,
                special=special,
            ),
            "round_m": round_lengths(ground, labels).round(1).to_numpy(np.float64),
        },
        index=pd.RangeIndex(count, name="grid"),
    )


def deviation(load: Ints, special: npt.NDArray[np.bool_]) -> Floats:
    """Difference of each grid's load from the mean of those not special, over that mean."""
    mean = load[~special].mean() if (~special).any() else 0.0
    values = np.zeros(len(load), np.float64)
    if mean > 0:
        values[~special] = load[~special] / mean - 1.0
    return values


def _flags(
    task: Task, special: npt.NDArray[np.bool_], load: Ints, weight: Ints
) -> list[tuple[str, ...]]:
    rules = task.rules
    capped = bool(rules.caps)
    exact = rules.target != "fewest"
    applies = {
        "above_fill": capped & (load > task.target) & (load <= task.capacity),
        "beyond_tolerance": exact & _beyond(load, special, Fraction(repr(rules.tolerance))),
        "no_households": special,
        "over_cap": capped & (load > task.capacity),
        "under_minimum": ~special & (weight < rules.minimum),
    }
    return [
        tuple(name for name, where in applies.items() if where[grid])
        for grid in range(len(special))
    ]


def _beyond(
    load: Ints, special: npt.NDArray[np.bool_], tolerance: Fraction
) -> npt.NDArray[np.bool_]:
    """Tell which grids lie further from the mean, in whole numbers: 5 % off is not beyond 5 %."""
    base = [int(x) for x in load[~special]]
    total, count = sum(base), len(base)
    limit = tolerance * total
    return ~special & np.array([abs(int(x) * count - total) > limit for x in load], np.bool_)


def _refuse_overload(heavy: npt.NDArray[np.bool_], labels: Ints, piece: Ints, load: Ints) -> None:
    """Guard: above the target a grid holds one loaded piece and nothing else with load."""
    loaded = load > 0
    pairs = np.unique(np.column_stack((labels[loaded], piece[loaded])), axis=0)
    pieces = np.bincount(pairs[:, 0], minlength=len(heavy))
    if (heavy & (pieces > 1)).any():
        raise AssertionError("a grid of several pieces is above its target load")


def _sums(labels: Ints, values: Ints, count: int) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, labels, values)
    return total
