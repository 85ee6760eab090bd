"""Division of a ground into grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import Infeasible
from gis.partition.certificate import certify
from gis.partition.engine import QUICK, Effort, Progress
from gis.partition.grids import grid_table, numbered
from gis.partition.loads import loads, target_load, unit_weights
from gis.partition.nesting import kept_within, nested_names, nested_order
from gis.partition.remedies import advised
from gis.partition.result import Division, Within
from gis.partition.rules import RuleSet
from gis.partition.search import Found, Task, search
from gis.partition.touching import Terrain, courtyard_numbers, terrain


def divide(
    ground: Ground,
    rules: RuleSet,
    *,
    seed: int = 1,
    rng: np.random.Generator | None = None,
    effort: Effort | None = None,
    progress: Progress | None = None,
    standing: npt.ArrayLike | None = None,
    within: Within | None = None,
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
    standing
        Grid number of each unit in the plan that stands now, -1 for none: the certificate then
        counts the households moved.
    within
        Base grids that no grid may cross: micro grids nest in them.

    Returns
    -------
    division
        Labels, table of grids, certificate.

    Raises
    ------
    Infeasible
        Exactly k grids are asked for and cannot be made; the message says why, and which single
        changes would make them possible (`gis.partition.remedies`).
    InvalidRules, WrongColumns
        The rules do not suit the units; see `gis.partition.loads.loads`.
    """
    chance = rng if rng is not None else np.random.default_rng(seed)
    try:
        task, land, found = _searched(ground, rules, chance, effort, progress, within)
    except Infeasible as refusal:
        raise _advised(refusal, ground, rules, seed, effort, within) from None
    labels, special = numbered(found, land, task.load)
    if within is not None:
        labels, special = nested_order(labels, special, within.grid)
    weight = unit_weights(ground.units, rules)
    grids = grid_table(task, labels, special, found.piece, ground, weight)
    if within is not None:
        grids["name"] = nested_names(labels, within.grid, within.names)
    certificate = certify(
        ground,
        task,
        found,
        labels,
        special,
        grids,
        land=land,
        standing=standing,
        interrupted=effort is not None and effort.is_stopped,
    )
    return Division(labels.astype(np.int32), grids, certificate, rules, seed, task.load, within)


def _searched(
    ground: Ground,
    rules: RuleSet,
    rng: np.random.Generator,
    effort: Effort | None,
    progress: Progress | None,
    within: Within | None,
) -> tuple[Task, Terrain, Found]:
    load, capacity = loads(ground.units, rules)
    courtyard = courtyard_numbers(ground.units)
    task = Task(rules, load, courtyard, capacity, target_load(rules, capacity))
    land = terrain(ground, rules)
    if within is not None:
        land = kept_within(land, within.grid)
    return task, land, search(task, land, rng, effort=effort, progress=progress)


def _advised(
    refusal: Infeasible,
    ground: Ground,
    rules: RuleSet,
    seed: int,
    effort: Effort | None,
    within: Within | None,
) -> Infeasible:
    """Try, with a small effort, which single change would make the division possible."""
    small = replace(QUICK, most=300_000, stopped=effort.stopped if effort else None)

    def attempt(place: Ground, under: RuleSet) -> object:
        if small.is_stopped:
            raise refusal
        return _searched(place, under, np.random.default_rng(seed), small, None, within)

    return advised(refusal, ground, rules, attempt)
