"""Repair of standing grids: every hard rule holds again, few households move."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import Infeasible, InputError, first_ids
from gis.partition.divide import divide
from gis.partition.graph import Ints
from gis.partition.redrawn import Redrawn, rules_kept
from gis.partition.reshape import (
    Reshaped,
    fewer,
    from_labels,
    gathered,
    one_less,
    one_more,
    shed,
    slot_labels,
)
from gis.partition.rules import RuleSet
from gis.partition.standing import UNASSIGNED, Standing, checked_labels, standing_on

_STEPS = 4


@dataclass(frozen=True)
class Repair:
    """
    Plans that mend standing grids, for the planner to choose from.

    No plan is at least as good as another in households moved, number of grids and worst load
    alike; they are sorted by households moved. Nothing broken: the first is the standing plan.
    """

    plans: tuple[Redrawn, ...]

    @property
    def least(self) -> Redrawn:
        """The plan that moves the fewest households."""
        return self.plans[0]

    @property
    def fewest(self) -> Redrawn:
        """The plan with the fewest grids; among those the one that moves least."""
        return min(self.plans, key=lambda plan: (plan.grids, plan.households_moved))


def repair(
    ground: Ground,
    rules: RuleSet,
    standing: npt.ArrayLike,
    *,
    locked: Collection[int] = (),
    seed: int = 1,
    curve: bool = True,
) -> Repair:
    """
    Make every hard rule hold again, moving as few households as possible.

    Standing grids keep their numbers; a grid in several parts keeps its number where most of its
    households are. Grids may be as full as the bare cap: the fill is what a plan leaves free for
    new families, and a repair may use it up. A courtyard that fits one grid but is split by the
    standing plan goes whole to one grid. Locked grids keep their units and take in no others
    (but for ground without households that nothing else surrounds).

    Parameters
    ----------
    ground, rules
        As for `gis.partition.divide.divide`.
    standing
        Standing grid number of each unit (whole numbers from 0); -1 for units of no grid.
    locked
        Numbers of grids that must stay as they are. Hard rules that they break themselves are
        named in `Redrawn.problems`.
    seed
        The same seed gives the same plans, on every machine.
    curve
        Also look for plans that move more households for fewer grids or lighter loads, down to
        those of a division made anew. Without it only the plan that moves least is made: 1,000
        units take about 0.1 s.

    Returns
    -------
    repair
        At least one plan.

    Raises
    ------
    Infeasible
        Exactly k grids are asked for and no way to them was found.
    InputError
        `standing` does not fit the units, or a locked number does not stand.
    InvalidRules, WrongColumns
        The rules do not suit the units.

    Notes
    -----
    Households moved are those whose unit has another number than before; units that stood in no
    grid never count. When the rules divide another weight, that is counted.
    """
    rng = np.random.default_rng(seed)
    labels = checked_labels(standing, len(ground.units))
    shut = checked_locks(labels, locked)
    held = np.isin(labels, sorted(shut))
    view = standing_on(ground, rules, labels, held=held, closed=shut)
    makers = _curve(view, rng) if curve else _least(view, rng)
    found = [slot_labels(view, shape.part) for shape in makers]
    if curve and not shut:
        found += _made_anew(ground, view, rng, seed)
    if not found:
        raise _unreachable(view)
    plans = [
        Redrawn(ground, rules_kept(ground, rules, new), labels, new.astype(np.int32), seed)
        for new in found
    ]
    return Repair(pareto(plans))


def checked_locks(labels: Ints, locked: Collection[int]) -> frozenset[int]:
    """
    Return the locked grid numbers.

    Raises
    ------
    InputError
        One of them does not stand.
    """
    unknown = sorted(set(locked) - set(labels[labels != UNASSIGNED].tolist()))
    if unknown:
        raise InputError(
            f"There is no grid {first_ids(unknown)} to lock; name numbers of standing grids.",
            f"没有可锁定的网格 {first_ids(unknown)}；请填写现有网格的编号。",
            grids=unknown,
        )
    return frozenset(int(n) for n in locked)


def pareto(plans: list[Redrawn]) -> tuple[Redrawn, ...]:
    """Plans that no other beats in moved households, grids and worst load; fewest moved first."""
    kept: list[Redrawn] = []
    for plan in sorted(plans, key=_figures):
        mine = _figures(plan)
        if not any(all(a <= b for a, b in zip(_figures(k), mine, strict=True)) for k in kept):
            kept.append(plan)
    return tuple(kept)


def _figures(plan: Redrawn) -> tuple[int, int, float]:
    return plan.households_moved, plan.grids, round(plan.load_max, 6)


def _caps(view: Standing) -> list[int]:
    """Loads a grid may reach: the bare cap and the fill; without caps, evenness in two steps."""
    task = view.task
    if task.rules.caps:
        return sorted({task.capacity, task.target}, reverse=True)
    total = int(task.load.sum())
    assert isinstance(task.rules.target, int)  # noqa: S101 - rules without caps name a number
    mean = total / task.rules.target
    return [total + 1, *(int(mean * (1 + s * task.rules.tolerance)) for s in (2, 1))]


def _least(view: Standing, rng: np.random.Generator) -> list[Reshaped]:
    return list(_held_to(view, _caps(view)[0], rng, ways=1))


def _held_to(
    view: Standing, cap: int, rng: np.random.Generator, *, ways: int = 2
) -> Iterator[Reshaped]:
    """
    Plans within `cap` with as many grids as asked for, few households moved.

    The first way opens grids for what must leave one and finds no room beside it: nothing
    moves fewer households. The second looks for room further off before it opens a grid.
    """
    wanted = view.task.rules.target
    if wanted != "fewest":
        found = _to_number(view, gathered(view, cap, rng), cap, wanted, rng)
        if found is not None:
            yield found
        return
    for relieved in (True, False)[:ways]:
        part = gathered(view, cap, rng, relieved=relieved)
        found = shed(view, part, cap, view.slots, rng, tries=1 if relieved else 3)
        if found.holds:
            yield found


def _to_number(
    view: Standing, part: Ints, cap: int, wanted: int, rng: np.random.Generator
) -> Reshaped | None:
    open_grids = len(np.unique(part[part >= 0]))
    while open_grids < wanted:
        wider = one_more(view, part, rng)
        if wider is None:
            return None
        part, open_grids = wider, open_grids + 1
    while open_grids > wanted:
        wider = one_less(view, part, cap)
        if wider is None:
            return None
        part, open_grids = wider, open_grids - 1
    found = shed(view, part, cap, wanted, rng, fixed=True)
    return found if found.holds else None


def _curve(view: Standing, rng: np.random.Generator) -> Iterator[Reshaped]:
    """Least moved at each cap, then one grid less at a time while it goes."""
    for cap in _caps(view):
        found: Reshaped | None = None
        for found in _held_to(view, cap, rng):
            yield found
        if view.task.rules.target != "fewest":
            continue
        for _ in range(_STEPS):
            found = None if found is None else fewer(view, found.part, cap, rng)
            if found is None:
                break
            yield found


def _made_anew(
    ground: Ground, view: Standing, rng: np.random.Generator, seed: int
) -> Iterator[Ints]:
    """A division made anew, under the numbers that fit it best, before and after going home."""
    try:
        fresh = divide(ground, view.task.rules, seed=seed)
    except Infeasible:
        return
    part = from_labels(view, fresh.labels)
    yield slot_labels(view, part)
    if not view.task.rules.caps:
        return
    most = len(np.unique(part[part >= 0]))
    nearer = shed(view, part, view.task.target, most, rng, tries=1, fixed=True)
    if nearer.holds:
        yield slot_labels(view, nearer.part)


def _unreachable(view: Standing) -> Infeasible:
    wanted = view.task.rules.target
    return Infeasible(
        f"No way was found from the standing grids to exactly {wanted} grids within the rules. "
        "Unlock grids, ask for another number, or divide anew.",
        f"未找到由现状网格调整为恰好 {wanted} 个网格且符合规则的方案。"
        "请解除锁定、改变数量，或重新划分。",
        target=wanted,
    )
