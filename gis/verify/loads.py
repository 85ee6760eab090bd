"""Loads, pieces and components, recounted in whole numbers from docs/grid-package.md."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.verify.documents import Rules
from gis.verify.edges import CellEdges, Ints
from gis.verify.graph import Touching, touching
from gis.verify.package import Package, place_of


@dataclass(frozen=True, slots=True)
class Recount:
    """
    What the verifier counts by itself.

    ``load`` per unit over ``capacity``; ``target`` the load a grid of several pieces may reach;
    ``piece`` and ``component`` number per unit; ``grid`` position in ``grids`` per unit.
    """

    graph: Touching
    load: Ints
    capacity: int
    target: int
    piece: Ints
    component: Ints
    grid: Ints

    def per_grid(self, values: npt.NDArray[np.generic], count: int) -> Ints:
        """Sum whole numbers of units over grids, exactly."""
        sums = np.zeros(count, np.int64)
        np.add.at(sums, self.grid, values.astype(np.int64))
        return sums

    def piece_loads(self) -> Ints:
        """Load of each piece."""
        sums = np.zeros(int(self.piece.max(initial=-1)) + 1, np.int64)
        np.add.at(sums, self.piece, self.load)
        return sums


def recount(community: Package, edges: CellEdges) -> Recount:
    """Count loads, pieces and components of one community."""
    rules, units = community.rules, community.units
    graph = touching(community, edges)
    load, capacity = _loads(units, rules)
    return Recount(
        graph=graph,
        load=load,
        capacity=capacity,
        target=max(1, math.floor(rules.fill * capacity)),
        piece=_pieces(units, rules, graph, load, capacity),
        component=graph.parts(),
        grid=grid_of_units(community),
    )


def grid_of_units(community: Package) -> Ints:
    """Position in ``grids`` of each unit, after the assignment."""
    truth = community.assignment
    row = place_of(truth["unit_id"], community.units["unit_id"])
    return place_of(community.grids["grid"], truth["grid"].iloc[row])


def _loads(units: pd.DataFrame, rules: Rules) -> tuple[Ints, int]:
    weight = units["weight"].to_numpy(np.int64)
    if not rules.caps:
        return weight * (rules.target or 1), max(1, int(weight.sum()))
    capacity = rules.common_multiple
    factor = {kind: capacity // (rules.cap(kind) or 1) for kind in units["courtyard_kind"].unique()}
    return weight * units["courtyard_kind"].map(factor).to_numpy(np.int64), capacity


def _pieces(units: pd.DataFrame, rules: Rules, graph: Touching, load: Ints, capacity: int) -> Ints:
    """Parts of courtyards that fit one grid; every other unit stays alone."""
    alone = np.arange(len(units)) + 1
    if not rules.keep_courtyards:
        return alone - 1
    courtyard = pd.factorize(units["courtyard_id"])[0]
    inside = courtyard >= 0
    total = np.zeros(courtyard.max(initial=-1) + 1, np.int64)
    np.add.at(total, courtyard[inside], load[inside])
    whole = np.zeros(len(units), bool)
    whole[inside] = total[courtyard[inside]] <= capacity
    return graph.parts(np.where(whole, courtyard, -alone))
