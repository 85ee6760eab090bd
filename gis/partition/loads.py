"""Integer loads: households over caps, so that a full grid is exactly full."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.errors import InvalidRules, WrongColumns, first_ids
from gis.partition.rules import RuleSet
from gis.stairwells import UnitRules

HIGHEST_LOAD = 2**60


def loads(units: pd.DataFrame, rules: RuleSet) -> tuple[npt.NDArray[np.int64], int]:
    """
    Load of each unit as an integer, and the load of a grid that is exactly full.

    With caps, ``capacity`` is the least common multiple of the caps of the rule set and a unit
    weighs ``households * capacity / cap(courtyard kind)``; the division leaves no rest. Without
    caps (exactly k grids), a unit weighs ``households * k`` and ``capacity`` is the total, so that
    a grid is full at one k-th.

    Parameters
    ----------
    units
        Columns ``courtyard_kind`` (None: no courtyard) and the rule set's ``weight`` (whole
        numbers, none negative). Not modified.
    rules
        A checked rule set.

    Returns
    -------
    loads, capacity
        int64 in the order of `units`, and a capacity of at least 1.

    Raises
    ------
    WrongColumns
        The weight column is missing, holds a missing or negative value, or no whole numbers.
    InvalidRules
        The caps have so large a common multiple that loads would not fit 60 bits.

    Examples
    --------
    >>> from gis.partition.rules import load_rules
    >>> units = pd.DataFrame({"courtyard_kind": ["old", "new"], "households": [150, 150]})
    >>> loads(units, load_rules("gaoxian-2020"))
    (array([300, 150]), 300)
    """
    weights = unit_weights(units, rules)
    total = int(sum(weights.tolist()))
    if not rules.caps:
        factor = rules.target if isinstance(rules.target, int) else 1
        _check_size(total * factor)
        return weights * factor, max(total, 1)
    capacity = math.lcm(*rules.caps.values())
    kinds = units["courtyard_kind"].astype(object).where(units["courtyard_kind"].notna(), None)
    factors = {kind: capacity // (rules.cap(kind) or capacity) for kind in kinds.unique()}
    _check_size(max(total, 1) * max(factors.values(), default=1))
    _check_size(capacity)
    return weights * kinds.map(factors).to_numpy(np.int64), capacity


def unit_rules(rules: RuleSet, stairwells: pd.DataFrame | None = None) -> UnitRules:
    """
    Tell what becomes a unit under a rule set (see `gis.cells.build_ground`).

    Buildings above a full grid are divided by their stairwells, unless the rules keep
    buildings whole or have no caps; units carry the column that is divided.

    Parameters
    ----------
    stairwells
        Canonical layer ``stairwells``, or None.
    """

    def oversize(units: pd.DataFrame) -> npt.NDArray[np.bool_]:
        load, capacity = loads(units, rules)
        return load > capacity

    whole = not rules.caps or not rules.divide_buildings
    weights = () if rules.weight == "households" else (rules.weight,)
    return UnitRules(stairwells, None if whole else oversize, weights)


def unit_weights(units: pd.DataFrame, rules: RuleSet) -> npt.NDArray[np.int64]:
    """Whole-number weight of each unit (households unless the rule set names another column)."""
    if rules.weight not in units.columns:
        raise WrongColumns(
            f"The units have no column {rules.weight!r}, which the rule set divides by: "
            "add it to the buildings or change `weight`.",
            f"单元缺少规则所用的列“{rules.weight}”：请在楼栋中补充该列或修改 weight。",
        )
    values = pd.to_numeric(units[rules.weight], errors="coerce").to_numpy(np.float64, na_value=-1)
    bad = ~((values >= 0) & (values < 2**52) & (values == np.floor(values)))
    if bad.any():
        names = first_ids(np.asarray(units.get("unit_id", units.index))[bad])
        raise WrongColumns(
            f"{rules.weight!r} must be a whole number of at least 0; mend the units {names}.",
            f"“{rules.weight}”必须是不小于 0 的整数；请修改单元 {names}。",
        )
    return values.astype(np.int64)


def target_load(rules: RuleSet, capacity: int) -> int:
    """
    Load that a grid of several pieces may reach: ``fill * capacity``, rounded down, at least 1.

    >>> from gis.partition.rules import load_rules
    >>> target_load(load_rules("gaoxian-2020"), 300)
    285
    """
    return max(1, math.floor(rules.exact_fill * capacity))


def _check_size(load: int) -> None:
    if load >= HIGHEST_LOAD:
        raise InvalidRules(
            "The caps share so large a multiple that loads overflow: choose rounder caps.",
            "各上限的最小公倍数过大，负荷溢出：请改用更整的上限。",
        )
