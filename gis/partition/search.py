"""The search for one community: pieces, components, and the engine for each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.partition.atoms import contract, gather_atoms
from gis.partition.bounds import Bound, fewest_grids
from gis.partition.engine import Effort, Progress, Wishes
from gis.partition.fewest import divide_graph
from gis.partition.graph import Floats, Ints, PieceGraph
from gis.partition.levelling import lift_small
from gis.partition.quota import Part, divide_exactly, share_grids
from gis.partition.rules import RuleSet
from gis.partition.smoothing import Outline, smooth
from gis.partition.touching import Terrain, held_courtyards


@dataclass(frozen=True, slots=True)
class Found:
    """
    Labels of the units and what they were found from.

    ``piece`` is the piece of each unit and ``graph`` the graph of the pieces; ``component``
    the connected part of each unit; ``bounds`` one bound for each component with load;
    ``price`` the price of each piece, by which bounds above those of the bins are shown.
    """

    labels: Ints
    piece: Ints
    graph: PieceGraph
    component: Ints
    bounds: tuple[Bound, ...]
    special: npt.NDArray[np.bool_]
    price: Ints


@dataclass(frozen=True, slots=True)
class Task:
    """Loads of one community under its rules; ``target`` is the load a grid may reach."""

    rules: RuleSet
    load: Ints
    courtyard: Ints
    capacity: int
    target: int


def search(
    task: Task,
    land: Terrain,
    rng: np.random.Generator,
    *,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Found:
    """
    Divide the units of one community.

    Raises
    ------
    Infeasible
        Exactly k grids are asked for and cannot be made; the message says why.
    """
    atoms = gather_atoms(
        task.courtyard,
        task.load,
        task.capacity,
        land.i,
        land.j,
        keep_courtyards=task.rules.keep_courtyards,
    )
    hold = held_courtyards(land.hold, task.courtyard, land.i, land.j, task.rules)
    graph = contract(atoms, task.load, land.i, land.j, hold, land.x, land.y, land.area_m2)
    bare = contract(atoms, task.load, land.i, land.j, land.open_m, land.x, land.y, land.area_m2)
    open_m = _in_order(atoms.atom, bare)[1].length
    piece, graph = _in_order(atoms.atom, graph)
    outline = Outline(_rims(piece, land), open_m)
    component = graph.components()
    loaded = _loaded_components(graph, component)
    limit = task.target if task.rules.caps else _unlimited(graph)
    bounds = {c: fewest_grids(graph.part(np.flatnonzero(component == c)), limit) for c in loaded}
    solver = _Solver(task, graph, outline, component, bounds, effort or Effort(), progress)
    labels = solver.fewest(rng) if task.rules.target == "fewest" else solver.exactly(rng)
    special = np.zeros(int(labels.max(initial=-1)) + 1, np.bool_)
    rest = np.setdiff1d(np.arange(int(component.max(initial=-1)) + 1), loaded)
    for number, c in enumerate(rest, len(special)):
        labels[component == c] = number
    special = np.concatenate((special, np.ones(len(rest), np.bool_)))
    price = np.zeros(graph.size, np.int64)
    for c, bound in bounds.items():
        price[component == c] = bound.price
    shown = tuple(bounds.values())
    if int(labels.max(initial=-1)) + 1 - len(rest) > sum(b.grids for b in shown):
        # An exact search elsewhere is told of only where it proves the whole: it is not repeated.
        shown = tuple(b.recomputable for b in shown)
    return Found(labels[piece], piece, graph, component[piece], shown, special, price)


@dataclass(frozen=True, slots=True)
class _Solver:
    task: Task
    graph: PieceGraph
    outline: Outline
    component: Ints
    bounds: dict[int, Bound]
    effort: Effort
    progress: Progress | None

    def fewest(self, rng: np.random.Generator) -> Ints:
        """Labels of the pieces, -1 in components without load."""
        labels = np.full(self.graph.size, -1, np.int64)
        wishes = self._wishes()
        for c in self.bounds:
            nodes = np.flatnonzero(self.component == c)
            others = [b.grids for other, b in self.bounds.items() if other > c]
            made = int(labels.max(initial=-1)) + 1 + sum(others)
            least = sum(b.grids for other, b in self.bounds.items() if other != c)
            effort = self.effort.beside(made, least)
            graph, outline = self.graph.part(nodes), self.outline.part(self.graph, nodes)
            goals = (self.task.target, rng, wishes, self.effort)
            part = divide_graph(graph, self.task.target, rng, wishes=wishes, effort=effort)
            self.bounds[c] = part.bound
            lifted = lift_small(graph, part.labels, *goals)
            labels[nodes] = smooth(graph, outline, lifted, *goals) + labels.max(initial=-1) + 1
            self._tell(len(nodes))
        return labels

    def exactly(self, rng: np.random.Generator) -> Ints:
        """Labels of the pieces, -1 in components without load; Infeasible with the reason."""
        target = self.task.rules.target
        assert isinstance(target, int)  # noqa: S101 - checked by the rule set
        capped = bool(self.task.rules.caps)
        graphs = {c: self.graph.part(np.flatnonzero(self.component == c)) for c in self.bounds}
        parts = [
            Part(self.bounds[c].grids if capped else 1, int((g.load > 0).sum()), int(g.load.sum()))
            for c, g in graphs.items()
        ]
        labels = np.full(self.graph.size, -1, np.int64)
        mean = sum(p.load for p in parts) / target
        for (c, graph), share in zip(graphs.items(), share_grids(parts, target), strict=True):
            cap = self.task.target if capped else None
            part = divide_exactly(graph, cap, share, mean, rng, self._wishes(), self.effort)
            labels[self.component == c] = part + labels.max(initial=-1) + 1
            self._tell(graph.size)
        return labels

    def _wishes(self) -> Wishes:
        rules = self.task.rules
        low = rules.minimum * self.task.capacity // max(rules.caps.values(), default=1)
        return Wishes(rules.goal("balance"), rules.goal("compactness"), min(low, self.task.target))

    def _tell(self, pieces: int) -> None:
        if self.progress:
            self.progress(pieces / self.graph.size)


def _rims(piece: Ints, land: Terrain) -> Floats:
    """Outline of each piece: those of its units without the open borders inside it."""
    inside = piece[land.i] == piece[land.j]
    count = int(piece.max(initial=-1)) + 1
    within = np.bincount(piece[land.i[inside]], land.open_m[inside], count)
    return np.bincount(piece, land.rim_m, count) - 2.0 * within


def _in_order(atom: Ints, graph: PieceGraph) -> tuple[Ints, PieceGraph]:
    """Renumber pieces by place and load, so that the order of the input does not matter."""
    order = np.lexsort((graph.load, graph.y, graph.x))
    place = np.empty(graph.size, np.int64)
    place[order] = np.arange(graph.size)
    low, high = place[graph.i], place[graph.j]
    low, high = np.minimum(low, high), np.maximum(low, high)
    by = np.lexsort((high, low))
    moved = PieceGraph(
        graph.load[order],
        graph.x[order],
        graph.y[order],
        graph.mass[order],
        low[by],
        high[by],
        graph.length[by],
    )
    return place[atom], moved


def _loaded_components(graph: PieceGraph, component: Ints) -> list[int]:
    return [int(c) for c in np.unique(component[graph.load > 0])]


def _unlimited(graph: PieceGraph) -> int:
    return int(graph.load.sum()) + 1
