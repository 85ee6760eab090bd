"""Division of a ground into grids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.cells import Ground
from gis.partition.engine import Effort, Progress
from gis.partition.graph import Ints
from gis.partition.grids import deviation, grid_table, numbered
from gis.partition.loads import loads, target_load, unit_weights
from gis.partition.reasons import reasons
from gis.partition.result import Certificate, Division
from gis.partition.rules import RuleSet
from gis.partition.search import Found, Task, search
from gis.partition.touching import courtyard_numbers, terrain


def divide(
    ground: Ground,
    rules: RuleSet,
    *,
    seed: int = 1,
    rng: np.random.Generator | None = None,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Division:
    """
    Divide the ground of one community into grids under a rule set.

    Every unit is in exactly one grid, every grid is contiguous and within the cap at the rule
    set's fill, courtyards that fit one grid stay whole, and a unit over the cap is a grid of
    its own with the flag ``over_cap``. A part without households is a special grid.

    Parameters
    ----------
    ground
        Units and borders in a metric CRS; not modified. When the rules divide another weight
        than households, ``ground.units`` has that column.
    rules
        A checked rule set.
    seed
        The same seed gives the same division, on every machine.
    rng
        Random numbers instead of those of `seed`; `seed` is then only recorded.
    effort
        How hard to try; the default takes about 2 s for 10,000 units.
    progress
        Called with shares of the work done, which add up to 1.

    Returns
    -------
    division
        Labels, table of grids, certificate.

    Raises
    ------
    Infeasible
        Exactly k grids are asked for and cannot be made.
    InvalidRules, WrongColumns
        The rules do not suit the units; see `gis.partition.loads.loads`.
    """
    chance = rng if rng is not None else np.random.default_rng(seed)
    load, capacity = loads(ground.units, rules)
    courtyard = courtyard_numbers(ground.units)
    task = Task(rules, load, courtyard, capacity, target_load(rules, capacity))
    land = terrain(ground, rules)
    found = search(task, land, chance, effort=effort, progress=progress)
    labels, special = numbered(found, land, load)
    weight = unit_weights(ground.units, rules)
    grids = grid_table(task, labels, special, found.piece, ground.units, weight)
    certificate = _certificate(ground, task, found, labels, special, grids)
    return Division(labels.astype(np.int32), grids, certificate, rules, seed, load)


def _certificate(
    ground: Ground,
    task: Task,
    found: Found,
    labels: Ints,
    special: npt.NDArray[np.bool_],
    grids: pd.DataFrame,
) -> Certificate:
    units = ground.units
    count = int((~special).sum())
    bound = sum(b.grids for b in found.bounds)
    over = units["unit_id"].to_numpy(object)[task.load > task.capacity]
    estimated = units["households_estimated"].to_numpy(bool)
    households = units["households"].to_numpy(np.int64)
    return Certificate(
        grids=count,
        lower_bound=bound,
        reasons=tuple(reasons(task, found, units, grids)),
        over_cap=tuple(sorted(map(str, over))) if task.rules.caps else (),
        courtyards_split=_split_courtyards(units, labels),
        special=int(special.sum()),
        measures=_measures(ground, labels, special, grids),
        proven=count == bound,
        capacity=task.capacity,
        target_load=task.target,
        total_load=int(task.load.sum()),
        components=int(found.component.max(initial=-1)) + 1,
        households=int(households.sum()),
        households_estimated=int(households[estimated].sum()),
        households_kinds=_households_kinds(units),
    )


def _households_kinds(units: pd.DataFrame) -> tuple[str, ...]:
    counted = units.loc[units["households"] > 0, "households_kind"].dropna()
    return tuple(sorted(map(str, counted.unique())))


def _split_courtyards(units: pd.DataFrame, labels: Ints) -> tuple[str, ...]:
    parts = pd.Series(labels).groupby(units["courtyard_id"].to_numpy(object)).nunique()
    return tuple(sorted(str(c) for c in parts.index[parts > 1]))


def _measures(
    ground: Ground, labels: Ints, special: npt.NDArray[np.bool_], grids: pd.DataFrame
) -> dict[str, float]:
    """Figures of the grids that are not special; metres of the ground's CRS."""
    if special.all():
        return {}
    perimeter, area = (
        _perimeters(ground, labels, len(special)),
        _areas(ground, labels, len(special)),
    )
    score = 4.0 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2
    load = grids["load"].to_numpy(np.float64)[~special]
    households = grids["households"].to_numpy(np.int64)[~special]
    apart = deviation(grids["load_units"].to_numpy(np.int64), special)
    return {
        "polsby_popper_mean": round(float(score[~special].mean()), 4),
        "polsby_popper_min": round(float(score[~special].min()), 4),
        "load_mean": round(float(load.mean()), 4),
        "load_max": round(float(load.max()), 4),
        "deviation_max": round(float(np.abs(apart).max()), 4),
        "households_min": float(households.min()),
        "households_max": float(households.max()),
    }


def _perimeters(ground: Ground, labels: Ints, count: int) -> npt.NDArray[np.float64]:
    padded = np.append(labels, -1)
    left = padded[ground.borders["left"].to_numpy(np.int64)]
    right = padded[ground.borders["right"].to_numpy(np.int64)]
    length = np.where(left != right, ground.borders["length_m"].to_numpy(np.float64), 0.0)
    inner = right >= 0
    total = np.bincount(left, length, count).astype(np.float64)
    return total + np.bincount(right[inner], length[inner], count).astype(np.float64)


def _areas(ground: Ground, labels: Ints, count: int) -> npt.NDArray[np.float64]:
    area = np.asarray(ground.units.geometry.area, np.float64)
    return np.bincount(labels, area, count).astype(np.float64)
