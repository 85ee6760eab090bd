"""Standing grids seen on the pieces of a ground: homes, what is held, what fell apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import InputError
from gis.partition.atoms import Atoms, contract, gather_atoms
from gis.partition.engine import engine_pieces
from gis.partition.flips import Pieces
from gis.partition.graph import Ints, PieceGraph, connected_parts
from gis.partition.loads import loads, target_load, unit_weights
from gis.partition.rules import RuleSet
from gis.partition.search import Task
from gis.partition.shifts import Homes, Price
from gis.partition.touching import Terrain, courtyard_numbers, held_courtyards, terrain

Flags = npt.NDArray[np.bool_]

UNASSIGNED = -1
# Among divisions that move as many households, fewer units change hands: a unit counts as this
# many households more.
_UNIT = 0.02
_SPARE = 8


@dataclass(frozen=True)
class Standing:
    """
    A plan that stands, on the pieces of a ground.

    Attributes
    ----------
    task, land, weight
        Loads under the rules, the terrain, and what is counted when a unit moves (households,
        or the weight that the rules divide).
    labels, held
        Standing number of each unit (-1: none), and whether the unit must stay there.
    piece, graph, component
        Piece of each unit; the graph of the pieces; the connected part of each piece.
    numbers
        Standing number of each slot, rising; slots above are grids that may open.
    slots
        Number of slots.
    homes
        Homes of the pieces for the compiled search.
    """

    task: Task
    land: Terrain
    weight: Ints
    labels: Ints
    held: Flags
    piece: Ints
    graph: PieceGraph
    component: Ints
    numbers: Ints
    slots: int
    homes: Homes

    @property
    def live(self) -> Flags:
        """Pieces of components in which somebody lives."""
        loaded = np.zeros(int(self.component.max(initial=-1)) + 1, np.bool_)
        loaded[self.component[self.graph.load > 0]] = True
        return loaded[self.component]

    def pieces(self, cap: int) -> Pieces:
        """
        Arrays for the compiled search; a piece above the cap counts as exactly full.

        What is held in closed grids counts nothing: it is not the search that can mend it.
        """
        graph, homes = self.graph, self.homes
        load = np.minimum(graph.load, cap)
        held = np.flatnonzero(~homes.movable)
        load[held[homes.closed[homes.grid[homes.start[held]]]]] = 0
        return engine_pieces(
            PieceGraph(load, graph.x, graph.y, graph.mass, graph.i, graph.j, graph.length)
        )

    def price(
        self, cap: int, most: int, *, least: int = 0, over: float = 4.0, grid: float = 0.3
    ) -> Price:
        """Prices in households; a household above the cap costs `over` of them."""
        total, crowd = float(self.graph.load.sum()), float(self.weight.sum())
        typical = float(self.graph.length.mean()) if len(self.graph.length) else 1.0
        each = crowd / total if total else 1.0
        return Price(cap, over * each, grid, 0.01 / max(typical, 1e-9), least, most)

    def moved(self, labels: npt.ArrayLike) -> int:
        """Households that leave the grid they stand in."""
        new = np.asarray(labels, np.int64)
        away = (self.labels != UNASSIGNED) & (self.labels != new)
        return int(self.weight[away].sum())


def standing_on(
    ground: Ground,
    rules: RuleSet,
    labels: npt.ArrayLike,
    *,
    held: Flags | None = None,
    closed: frozenset[int] = frozenset(),
) -> Standing:
    """
    See a plan that stands on the pieces of a ground.

    Units that are held stay where they are: where a courtyard that fits one grid lies partly
    among them, only the rest of it is still one piece (for each connected part).

    Parameters
    ----------
    ground, rules
        As for `gis.partition.divide.divide`.
    labels
        Standing grid number of each unit, -1 for none.
    held
        Units that must stay; none when not given.
    closed
        Standing numbers of grids that take in no other unit.

    Raises
    ------
    InputError
        There is not one whole number of at least -1 for each unit.
    InvalidRules, WrongColumns
        The rules do not suit the units; see `gis.partition.loads.loads`.
    """
    numbers_of = checked_labels(labels, len(ground.units))
    load, capacity = loads(ground.units, rules)
    courtyard = courtyard_numbers(ground.units)
    task = Task(rules, load, courtyard, capacity, target_load(rules, capacity))
    land = terrain(ground, rules)
    stays = np.zeros(len(load), np.bool_) if held is None else held & (numbers_of != UNASSIGNED)
    piece, graph = pieces_on(task, land, np.where(stays, numbers_of, UNASSIGNED))
    numbers = np.unique(numbers_of[numbers_of != UNASSIGNED])
    slot = np.searchsorted(numbers, numbers_of)
    slot[numbers_of == UNASSIGNED] = UNASSIGNED
    weight = unit_weights(ground.units, rules)
    least = math.ceil(int(load.sum()) / task.target)
    slots = len(numbers) + 2 * least + _SPARE
    homes = _homes(piece, graph.size, slot, weight, stays, slots)
    shut = np.isin(numbers, sorted(closed))
    homes.closed[: len(numbers)] = shut
    homes.fresh[len(numbers) :] = True
    return Standing(
        task,
        land,
        weight,
        numbers_of,
        stays,
        piece,
        graph,
        graph.components(),
        numbers,
        slots,
        homes,
    )


def checked_labels(labels: npt.ArrayLike, count: int) -> Ints:
    """
    Return grid numbers as integers.

    Raises
    ------
    InputError
        There is not one whole number of at least -1 for each unit.
    """
    given = np.asarray(labels)
    sound = given.shape == (count,) and given.dtype.kind in "iu"
    if not sound or (given < UNASSIGNED).any():
        raise InputError(
            f"The standing grids must be {count} whole numbers, one for each unit, of at least -1 "
            "(-1: in no grid).",
            f"现状网格须为 {count} 个整数，每个单元一个，不小于 -1（-1 表示未划入）。",
        )
    return given.astype(np.int64)


def pieces_on(task: Task, land: Terrain, held: Ints) -> tuple[Ints, PieceGraph]:
    """
    Piece of each unit, and the graph of the pieces, in an order that is not that of the units.

    ``held`` is the grid a unit must stay in, -1 for none: no piece lies on both sides of that.
    """
    keep = task.rules.keep_courtyards
    atoms = gather_atoms(
        task.courtyard, task.load, task.capacity, land.i, land.j, keep_courtyards=keep
    )
    if (held != UNASSIGNED).any():
        same = (atoms.atom[land.i] == atoms.atom[land.j]) & (held[land.i] == held[land.j])
        parts = connected_parts(len(held), land.i[same], land.j[same])
        atoms = Atoms(parts, atoms.oversize)
    hold = held_courtyards(land.hold, task.courtyard, land.i, land.j, task.rules)
    graph = contract(atoms, task.load, land.i, land.j, hold, land.x, land.y, land.area_m2)
    place = np.empty(graph.size, np.int64)
    place[np.lexsort((graph.load, graph.y, graph.x))] = np.arange(graph.size)
    atoms = Atoms(place[atoms.atom], atoms.oversize)
    graph = contract(atoms, task.load, land.i, land.j, hold, land.x, land.y, land.area_m2)
    return atoms.atom, graph


def _homes(piece: Ints, count: int, slot: Ints, weight: Ints, held: Flags, slots: int) -> Homes:
    had = slot != UNASSIGNED
    key, inverse = np.unique(piece[had] * slots + slot[had], return_inverse=True)
    amount = np.bincount(inverse, weight[had] + _UNIT, len(key)).astype(np.float64)
    start = np.searchsorted(key, np.arange(count + 1) * slots).astype(np.int64)
    movable = np.ones(count, np.bool_)
    movable[piece[held]] = False
    shut, fresh = np.zeros(slots, np.bool_), np.zeros(slots, np.bool_)
    return Homes(start, key % slots, amount, movable, shut, fresh)
