"""Completion: what a planner has drawn stays exactly, the rest is divided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import Infeasible
from gis.partition import shifts
from gis.partition.bounds import fewest_grids
from gis.partition.engine import QUICK, Effort, Wishes
from gis.partition.fewest import divide_graph
from gis.partition.graph import Ints
from gis.partition.loads import loads
from gis.partition.quota import Part, divide_exactly, share_grids
from gis.partition.redrawn import Redrawn, rules_kept
from gis.partition.repair import checked_locks
from gis.partition.reshape import beside, fewer, free_slots, last_resort, main_homes, slot_labels
from gis.partition.rules import RuleSet
from gis.partition.standing import UNASSIGNED, Standing, checked_labels, standing_on

Grow = Literal["never", "pockets", "room"]


@dataclass(frozen=True)
class Completion:
    """
    A plan around grids that were drawn.

    ``made`` is the number of grids with households that were added, ``least`` what any division
    of the rest into grids of its own needs (with `grow`, fewer may do).
    """

    plan: Redrawn
    made: int
    least: int


def complete(
    ground: Ground,
    rules: RuleSet,
    drawn: npt.ArrayLike,
    *,
    grow: Grow = "pockets",
    locked: Collection[int] = (),
    seed: int = 1,
    effort: Effort | None = None,
) -> Completion:
    """
    Divide what is in no grid, and keep every grid that is drawn.

    No unit of a drawn grid leaves it, even where the drawn grids break a hard rule: that is named
    in ``plan.problems``. Ground without households joins the neighbour it shares most border
    with. With locked grids alone as `drawn`, this is a division with locks.

    Parameters
    ----------
    ground, rules
        As for `gis.partition.divide.divide`.
    drawn
        Grid number of each unit (whole numbers from 0); -1 for the rest. New grids get the
        numbers after the highest.
    grow
        What of the rest drawn grids may take in, within the fill. ``never``: nothing with
        households. ``pockets`` (what a planner expects): a part of the rest cut off from all else
        that would fill less than half a grid, and the rest of a courtyard that fits one grid and
        is partly drawn. ``room``: whatever saves a grid.
    locked
        Drawn grids that take in nothing, whatever `grow` says.
    effort
        How hard to try; the default is quick, for use at the map.

    Raises
    ------
    Infeasible
        Exactly k grids are asked for and cannot be made around the drawn ones.
    InputError
        `drawn` does not fit the units, or a locked number is not drawn.
    InvalidRules, WrongColumns
        The rules do not suit the units.
    """
    labels = checked_labels(drawn, len(ground.units))
    shut = checked_locks(labels, locked)
    if grow == "never":
        shut = frozenset(labels[labels != UNASSIGNED].tolist())
    shut |= _overloaded(ground, rules, labels)
    view = standing_on(ground, rules, labels, held=labels != UNASSIGNED, closed=shut)
    rng = np.random.default_rng(seed)
    part = main_homes(view)
    part[~view.live] = UNASSIGNED
    stood = len(np.unique(part[part >= 0]))
    _finish_courtyards(view, part)
    least = _divide_rest(view, part, rng, effort or QUICK, may_grow=grow != "never")
    _take_in_ground(view, part)
    if grow == "room" and rules.target == "fewest":
        part = _saved(view, part, rng)
    made = len(np.unique(part[part >= 0])) - stood
    new = slot_labels(view, part)
    kept = rules_kept(ground, rules, new)
    return Completion(Redrawn(ground, kept, labels, new.astype(np.int32), seed), made, least)


def _overloaded(ground: Ground, rules: RuleSet, labels: Ints) -> frozenset[int]:
    """Drawn grids above the cap have room for nothing."""
    load, capacity = loads(ground.units, rules)
    drawn = labels != UNASSIGNED
    total = np.zeros(int(labels.max(initial=-1)) + 1, np.int64)
    np.add.at(total, labels[drawn], load[drawn])
    return frozenset(np.flatnonzero(total > capacity).tolist()) if rules.caps else frozenset()


def _limit(view: Standing) -> int:
    return view.task.target if view.task.rules.caps else int(view.task.load.sum()) + 1


def _finish_courtyards(view: Standing, part: Ints) -> None:
    """Let the rest of a courtyard that fits one grid join the drawn grid with its other part."""
    task = view.task
    if not task.rules.keep_courtyards:
        return
    yard = np.full(view.graph.size, -1, np.int64)
    yard[view.piece] = task.courtyard
    inside = task.courtyard >= 0
    load = np.zeros(int(task.courtyard.max(initial=-1)) + 1, np.int64)
    np.add.at(load, task.courtyard[inside], task.load[inside])
    total = _totals(view, part)
    for p in np.flatnonzero((part == UNASSIGNED) & (yard >= 0) & view.live):
        if load[yard[p]] > task.capacity:
            continue
        length = beside(view, part, np.array([p]))
        mates = np.unique(part[(yard == yard[p]) & (part >= 0)])
        fits = [g for g in mates if length[g] > 0 and total[g] + view.graph.load[p] <= _limit(view)]
        if len(fits) == 1:
            part[p] = fits[0]
            total[fits[0]] += view.graph.load[p]


def _totals(view: Standing, part: Ints) -> Ints:
    inside = part >= 0
    total = np.zeros(view.slots, np.int64)
    np.add.at(total, part[inside], np.minimum(view.graph.load[inside], _limit(view)))
    return total


def _divide_rest(
    view: Standing, part: Ints, rng: np.random.Generator, effort: Effort, *, may_grow: bool
) -> int:
    """Divide each part of the rest that has households; returns the fewest grids they need."""
    rest = view.graph.components((part == UNASSIGNED) & view.live)
    limit, total, clumps = _limit(view), _totals(view, part), []
    least = 0
    for c in range(int(rest.max(initial=-1)) + 1):
        nodes = np.flatnonzero(rest == c)
        load = int(np.minimum(view.graph.load[nodes], limit).sum())
        if load == 0:
            continue
        least += fewest_grids(view.graph.part(nodes), limit).grids
        near = beside(view, part, nodes)
        fits = (near > 0) & (total + load <= limit)
        if may_grow and 2 * load < limit and fits.any():
            to = int(np.argmax(np.where(fits, near, -1.0)))
            part[nodes] = to
            total[to] += load
        else:
            clumps.append(nodes)
    _divide_clumps(view, part, clumps, rng, effort)
    return least


def _divide_clumps(
    view: Standing,
    part: Ints,
    clumps: list[Ints],
    rng: np.random.Generator,
    effort: Effort,
) -> None:
    rules, limit = view.task.rules, _limit(view)
    wishes = Wishes(rules.goal("balance"), rules.goal("compactness"))
    shares = _shares(view, part, clumps)
    for nodes, share in zip(clumps, shares, strict=True):
        graph = view.graph.part(nodes)
        if share is None:
            labels = divide_graph(graph, limit, rng, wishes=wishes, effort=effort).labels
        else:
            mean = float(view.task.load.sum()) / int(rules.target)
            cap = limit if rules.caps else None
            labels = divide_exactly(graph, cap, share, mean, rng, wishes, effort)
        part[nodes] = free_slots(view, part)[labels]


def _shares(view: Standing, part: Ints, clumps: list[Ints]) -> list[int | None]:
    """Grids for each part of the rest when exactly k are asked for, else None."""
    wanted = view.task.rules.target
    if wanted == "fewest":
        return [None] * len(clumps)
    drawn = len(np.unique(part[part >= 0]))
    left = wanted - drawn
    if left < len(clumps) or (left > 0 and not clumps):
        raise Infeasible(
            f"{wanted} grids cannot be made: {drawn} are drawn and the rest falls into "
            f"{len(clumps)} parts. Ask for another number or give up a drawn grid.",
            f"无法得到 {wanted} 个网格：已画 {drawn} 个，其余部分分为 {len(clumps)} 块。"
            "请改变数量，或放弃某个已画网格。",
            target=wanted,
            drawn=drawn,
        )
    if not clumps:
        return []
    limit = _limit(view)
    capped = bool(view.task.rules.caps)
    graphs = [view.graph.part(nodes) for nodes in clumps]
    parts = [
        Part(
            fewest_grids(g, limit).grids if capped else 1,
            int((g.load > 0).sum()),
            int(g.load.sum()),
        )
        for g in graphs
    ]
    return list(share_grids(parts, left))


def _take_in_ground(view: Standing, part: Ints) -> None:
    """Ground without households joins a neighbour; where only locked ones are, one of those."""
    price = view.price(_limit(view), view.slots)
    shifts.adopt(view.pieces(_limit(view)), view.homes, price, part, view.slots)
    last_resort(view, part)


def _saved(view: Standing, part: Ints, rng: np.random.Generator) -> Ints:
    """Dissolve new grids into the room of their neighbours while that goes."""
    while True:
        found = fewer(view, part, _limit(view), rng)
        if found is None:
            return part
        part = found.part
