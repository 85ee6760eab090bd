"""A plan redrawn from standing grids: numbers kept, what moved, and its division."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import InputError, first_ids
from gis.numbering import grid_name
from gis.partition.bounds import fewest_grids
from gis.partition.certificate import certify
from gis.partition.graph import Ints
from gis.partition.grids import grid_table
from gis.partition.loads import loads, target_load, unit_weights
from gis.partition.result import Division
from gis.partition.rules import RuleSet, changed_rules
from gis.partition.search import Found, Task
from gis.partition.standing import UNASSIGNED, pieces_on
from gis.partition.touching import courtyard_numbers, terrain
from gis.problems import Problem, plan_problems


@dataclass(frozen=True)
class Redrawn:
    """
    A plan drawn from standing grids.

    Attributes
    ----------
    ground, standing
        The ground, and the standing number of each unit (-1: none).
    labels
        Grid number of each unit: a standing grid keeps its number, new ones go on after the
        highest.
    rules
        The rules the plan keeps. Its ``fill`` is 1.0 (the bare cap) where grids of several
        pieces are fuller than the fill asked for.
    names
        Names of grids by number; 第一网格 for number 0 and so on where none is given.
    """

    ground: Ground
    rules: RuleSet
    standing: Ints
    labels: npt.NDArray[np.int32]
    seed: int | None = None
    names: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def households_moved(self) -> int:
        """Households (or what the rules divide) that leave the grid they stand in."""
        weight = unit_weights(self.ground.units, self.rules)
        away = (self.standing != UNASSIGNED) & (self.standing != self.labels)
        return int(weight[away].sum())

    @cached_property
    def numbers(self) -> Ints:
        """Numbers of the grids, rising."""
        return np.unique(self.labels[self.labels != UNASSIGNED]).astype(np.int64)

    @property
    def new(self) -> tuple[int, ...]:
        """Numbers of the grids that did not stand before."""
        return tuple(int(n) for n in np.setdiff1d(self.numbers, self.standing))

    @property
    def gone(self) -> tuple[int, ...]:
        """Standing numbers that no unit has any more."""
        stood = self.standing[self.standing != UNASSIGNED]
        return tuple(int(n) for n in np.setdiff1d(stood, self.numbers))

    @cached_property
    def _loads(self) -> tuple[Ints, int]:
        return loads(self.ground.units, self.rules)

    @cached_property
    def grids(self) -> int:
        """Number of grids with households."""
        load, _ = self._loads
        return len(np.unique(self.labels[(load > 0) & (self.labels != UNASSIGNED)]))

    @cached_property
    def load_max(self) -> float:
        """Load of the fullest grid that holds more than one loaded unit; 0 when there is none."""
        load, capacity = self._loads
        inside = self.labels != UNASSIGNED
        place, load = self._places[inside], load[inside]
        total = np.bincount(place, load)
        several = np.bincount(place, load > 0) > 1
        return float((total[several] / capacity).max(initial=0.0))

    @cached_property
    def _places(self) -> Ints:
        return np.searchsorted(self.numbers, self.labels).astype(np.int64)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Hard rules that do not hold, because of grids that had to stay as they are."""
        names = {int(n): self.name(int(n)) for n in self.numbers}
        return tuple(plan_problems(self.ground, self.labels, self.rules, names))

    def name(self, number: int) -> str:
        """Name of a grid."""
        return self.names.get(number, grid_name(number + 1))

    @cached_property
    def division(self) -> Division:
        """
        The plan as a division; its grids are numbered 0, 1, 2 ... in the order of `numbers`.

        The certificate's bound is that of the rules alone, whatever had to stay; hard rules that
        do not hold are named among its reasons.

        Raises
        ------
        InputError
            Units are in no grid.
        """
        loose = self.ground.units["unit_id"].to_numpy(object)[self.labels == UNASSIGNED]
        if len(loose):
            raise InputError(
                f"{len(loose)} units are in no grid ({first_ids(loose)}): complete the plan first.",
                f"{len(loose)} 个单元尚未划入网格（{first_ids(loose)}）：请先补全方案。",
            )
        rules, units = self.rules, self.ground.units
        load, capacity = self._loads
        task = Task(rules, load, courtyard_numbers(units), capacity, target_load(rules, capacity))
        found = _found(task, self.ground, self._places)
        weight = unit_weights(units, rules)
        labels, special = found.labels, found.special
        holds = not self.problems
        table = grid_table(task, labels, special, found.piece, self.ground, weight, checked=holds)
        table["name"] = [self.name(int(n)) for n in self.numbers]
        certificate = certify(
            self.ground, task, found, labels, special, table, standing=self.standing
        )
        if not holds:
            broken = tuple({"en": p.en, "zh": p.zh} for p in self.problems)
            bound = min(certificate.lower_bound, certificate.grids)
            certificate = replace(
                certificate,
                lower_bound=bound,
                proven=False,
                reasons=(*certificate.reasons, *broken),
            )
        return Division(labels.astype(np.int32), table, certificate, rules, self.seed, load)


def _found(task: Task, ground: Ground, labels: Ints) -> Found:
    land = terrain(ground, task.rules)
    piece, graph = pieces_on(task, land, np.full(len(labels), UNASSIGNED))
    part = graph.components()
    limit = task.target if task.rules.caps else int(graph.load.sum()) + 1
    live = np.unique(part[graph.load > 0])
    bounds = tuple(fewest_grids(graph.part(np.flatnonzero(part == c)), limit) for c in live)
    component = part[piece]
    count = int(labels.max(initial=-1)) + 1
    loaded = np.bincount(labels, task.load, count) > 0
    pairs = np.unique(np.column_stack((labels, component)), axis=0)
    parts = np.bincount(pairs[:, 0], minlength=count)
    shared = np.bincount(pairs[:, 1])
    whole = parts == 1
    whole[pairs[shared[pairs[:, 1]] > 1, 0]] = False
    unpriced = np.zeros(graph.size, np.int64)
    return Found(labels, piece, graph, component, bounds, ~loaded & whole, unpriced)


def rules_kept(ground: Ground, rules: RuleSet, labels: npt.ArrayLike) -> RuleSet:
    """The rules, with the bare cap as fill where some grid of several units exceeds the fill."""
    if not rules.caps or rules.fill == 1.0:
        return rules
    load, capacity = loads(ground.units, rules)
    given = np.asarray(labels)
    load, given = load[given != UNASSIGNED], given[given != UNASSIGNED]
    place = np.unique(given, return_inverse=True)[1]
    full = np.bincount(place, load) > target_load(rules, capacity)
    several = np.bincount(place, load > 0) > 1
    return changed_rules(rules, fill=1.0) if (full & several).any() else rules


def lineage(plan: Redrawn) -> list[tuple[int, int, int]]:
    """(grid of the division, standing number, households) for each pair that shares households."""
    weight = plan.ground.units["households"].to_numpy(np.int64)
    had = plan.standing != UNASSIGNED
    pairs, inverse = np.unique(
        np.column_stack((plan.division.labels[had], plan.standing[had])),
        axis=0,
        return_inverse=True,
    )
    total = np.bincount(inverse.ravel(), weight[had], len(pairs))
    return [(int(g), int(s), math.floor(h)) for (g, s), h in zip(pairs, total, strict=True)]
