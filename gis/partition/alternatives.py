"""Up to five clearly different good plans for one community, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gis.cells import Ground
from gis.errors import Infeasible, InputError
from gis.measures import households_moved
from gis.partition.divide import divide
from gis.partition.engine import Effort, Progress
from gis.partition.graph import Ints
from gis.partition.loads import unit_weights
from gis.partition.redrawn import Redrawn
from gis.partition.result import Division
from gis.partition.rules import RuleSet, changed_rules

MOST = 5
APART = 0.15
_EXTRA_GRIDS = 0.05


@dataclass(frozen=True)
class Alternatives:
    """
    Good plans that differ clearly, the best first.

    Attributes
    ----------
    divisions
        The plans, all under the rules that were given.
    table
        One row for each plan: ``grids``, ``deviation_max``, ``load_max``,
        ``polsby_popper_mean``, ``polsby_popper_min``, ``cut_edges``, ``courtyards_split``,
        ``different`` (households in another grid than in the first plan, grids matched so that
        they are fewest) and ``different_share``.
    """

    divisions: tuple[Division, ...]
    table: pd.DataFrame


def alternatives(
    ground: Ground,
    rules: RuleSet,
    *,
    most: int = MOST,
    apart: float = APART,
    seed: int = 1,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Alternatives:
    """
    Divide a community in up to `most` clearly different ways.

    Two plans differ clearly when at least the share `apart` of the households lies in another
    grid, after the grids of both are matched so that this share is least. Plans are sought with
    other random numbers, with more weight on balance or on shape, and with more room in each grid.
    A plan with over 5 % (at least one) more grids than the first is not good enough. Where
    the ground leaves no choice, fewer plans come back; never a copy.

    Parameters
    ----------
    ground, rules, seed, effort, progress
        As for `gis.partition.divide.divide`.
    most
        Plans wanted, 1 to 5.
    apart
        Share of households, from above 0 to 1.

    Raises
    ------
    InputError
        `most` or `apart` is out of range.
    Infeasible, InvalidRules, WrongColumns
        As for `divide`.
    """
    if not 1 <= most <= MOST or not 0 < apart <= 1:
        raise InputError(
            f"Ask for 1 to {MOST} alternatives that differ by a share above 0 and at most 1.",
            f"备选方案数须为 1 至 {MOST}，差异比例须大于 0 且不超过 1。",
        )
    first = divide(ground, rules, seed=seed, effort=effort)
    weight = unit_weights(ground.units, rules)
    kept, tried = [first], 3 * (most - 1)
    limit = first.certificate.grids + max(1, int(_EXTRA_GRIDS * first.certificate.grids))
    for variant, chance in _variants(rules, seed, tried):
        if progress:
            progress(1.0 / max(1, tried))
        if len(kept) == most:
            break
        found = _divided(ground, rules, variant, chance, effort)
        if found is None or found.certificate.grids > limit:
            continue
        if all(_share(weight, k, found) >= apart for k in kept):
            kept.append(found)
    return Alternatives(tuple(kept), _table(kept, weight))


def _variants(rules: RuleSet, seed: int, count: int) -> Iterator[tuple[RuleSet, int]]:
    """Rule sets whose soft goals differ, each with random numbers of its own."""
    balance, shape = rules.goal("balance"), rules.goal("compactness")
    fill = max(0.5, rules.fill - 0.07)
    turns = [
        replace(
            rules, weights={**rules.weights, "balance": 0.2 * balance, "compactness": 3 * shape}
        ),
        replace(
            rules, weights={**rules.weights, "balance": 5 * balance, "compactness": 0.5 * shape}
        ),
        rules,
        changed_rules(rules, fill=fill) if rules.caps else rules,
    ]
    for k in range(count):
        yield turns[k % len(turns)], seed + 1 + k


def _divided(
    ground: Ground, rules: RuleSet, variant: RuleSet, seed: int, effort: Effort | None
) -> Division | None:
    try:
        found = divide(ground, variant, seed=seed, effort=effort)
    except Infeasible:
        return None
    if variant == rules:
        return found
    # The same grids judged by the rules that were asked for.
    none: Ints = np.full(len(found.labels), -1, np.int64)
    return Redrawn(ground, rules, none, found.labels, seed).division


def _share(weight: Ints, one: Division, other: Division) -> float:
    return households_moved(one.labels, other.labels, weight) / max(1, int(weight.sum()))


def _table(divisions: list[Division], weight: Ints) -> pd.DataFrame:
    rows = []
    for division in divisions:
        certificate, measures = division.certificate, division.certificate.measures
        different = households_moved(divisions[0].labels, division.labels, weight)
        shown = ("deviation_max", "load_max", "polsby_popper_mean", "polsby_popper_min")
        rows.append(
            {
                "grids": certificate.grids,
                **{name: measures.get(name, 0.0) for name in shown},
                "cut_edges": int(measures.get("cut_edges", 0)),
                "courtyards_split": len(certificate.courtyards_split),
                "different": different,
                "different_share": round(different / max(1, int(weight.sum())), 4),
            }
        )
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="plan"))
