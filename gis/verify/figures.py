"""What the rules make of each grid: its sums, its kind and the flags that apply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.verify.documents import Rules
from gis.verify.edges import Ints
from gis.verify.loads import Recount
from gis.verify.package import Package

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GridFigures:
    """
    Figures of the grids of one community, by position in ``grids``.

    ``special`` marks grids that are a whole component without load; ``unloaded`` marks grids
    without load that are not. ``over`` marks grids above what rule 3 allows. ``applies`` says
    where each flag applies, by its name in alphabetical order.
    """

    load: Ints
    weight: Ints
    households: Ints
    posts: Ints
    special: Marks
    unloaded: Marks
    over: Marks
    applies: dict[str, Marks]

    @property
    def ordinary(self) -> int:
        """Number of grids that are not special."""
        return int((~self.special).sum())


def grid_figures(community: Package, count: Recount) -> GridFigures:
    """Count sums, kinds and flags of the grids of one community."""
    rules, n = community.rules, len(community.grids)
    load = count.per_grid(count.load, n)
    weight = count.per_grid(community.units["weight"].to_numpy(np.int64), n)
    special = (load == 0) & _whole_component(count, n)
    above_cap, above_fill, over = _above(rules, count, load)
    return GridFigures(
        load=load,
        weight=weight,
        households=count.per_grid(community.units["households"].to_numpy(np.int64), n),
        posts=np.where(special, 0, np.maximum(1, -(-load // count.capacity))),
        special=special,
        unloaded=(load == 0) & ~special,
        over=over,
        applies={
            "above_fill": above_fill,
            "beyond_tolerance": _beyond(rules, load, special),
            "no_households": special,
            "over_cap": above_cap,
            "under_minimum": ~special & (weight < rules.minimum),
        },
    )


def _whole_component(count: Recount, n: int) -> Marks:
    """Grids that hold all units of one component and nothing else."""
    pairs = np.unique(np.column_stack([count.grid, count.component]), axis=0)
    components = np.bincount(pairs[:, 0], minlength=n)
    sharers = np.bincount(pairs[:, 1])
    whole = components == 1
    whole[pairs[:, 0][sharers[pairs[:, 1]] > 1]] = False
    return np.asarray(whole)


def _above(rules: Rules, count: Recount, load: Ints) -> tuple[Marks, Marks, Marks]:
    """Rule 3: grids of one unit above the cap, of one piece above the fill, and the rest above."""
    n = len(load)
    if not rules.caps:
        return np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    loaded = pd.DataFrame({"grid": count.grid, "piece": count.piece})
    loaded = loaded[count.piece_loads()[count.piece] > 0].drop_duplicates()
    one_piece = np.bincount(loaded["grid"], minlength=n) == 1
    one_unit = np.bincount(count.grid[count.load > 0], minlength=n) == 1
    above_cap = one_piece & one_unit & (load > count.capacity)
    above_fill = one_piece & (load > count.target) & (load <= count.capacity)
    return above_cap, above_fill, (load > count.target) & ~above_cap & ~above_fill


def _beyond(rules: Rules, load: Ints, special: Marks) -> Marks:
    """Grids further from the mean load than the tolerance, in exact fractions."""
    beyond = np.zeros(len(load), bool)
    if rules.target is None or special.all():
        return beyond
    ordinary = load[~special].tolist()
    total, number = sum(ordinary), len(ordinary)
    allowed = rules.tolerance * total
    beyond[~special] = [abs(value * number - total) > allowed for value in ordinary]
    return beyond
