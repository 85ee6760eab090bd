"""
Best division about fixed centres: a mixed integer program with contiguity added where it fails.

Prices rule out most units for most parts (a unit that would lift the bound over what is known
already), so that the program stays small; HiGHS solves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gis.partition.annealer import Net
from gis.partition.graph import Floats, Ints, connected_parts
from gis.partition.integer import Answer, Rows, least

_MOST = 4000  # binaries in one program; the least likely choices are left out beyond
_REPAIRS = 12


@dataclass
class Program:
    """Choices (unit, part) that are left, their costs, and the rows of contiguity so far."""

    net: Net
    centre: Ints
    limits: tuple[int, int]
    unit: Ints
    part: Ints
    cost: Floats
    column: Ints = field(init=False)
    rows: list[tuple[Ints, Ints]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.column = np.full((len(self.net.load), len(self.centre)), -1, np.int64)
        self.column[self.unit, self.part] = np.arange(len(self.unit))
        for unit, part in zip(self.unit, self.part, strict=True):
            if unit != self.centre[part]:
                self.bind(np.array([unit]), int(part))

    def bind(self, piece: Ints, part: int) -> None:
        """Units of a piece belong to a part only if some unit around the piece does."""
        near = np.concatenate(
            [self.net.near[self.net.start[v] : self.net.start[v + 1]] for v in piece]
        )
        around = self.column[np.setdiff1d(near, piece), part]
        around = around[around >= 0]
        for v in piece:
            own = self.column[v, part : part + 1]
            if own[0] >= 0:
                self.rows.append((own, around))

    def rows_of(self) -> list[Rows]:
        """Each unit once, loads within the limits, contiguity as far as it was asked for."""
        n, k, m = len(self.net.load), len(self.centre), len(self.unit)
        every = np.arange(m)
        once = sparse.csr_array((np.ones(m), (self.unit, every)), shape=(n, m))
        weight = self.net.load[self.unit].astype(np.float64)
        load = sparse.csr_array((weight, (self.part, every)), shape=(k, m))
        entries = [np.concatenate((own, around)) for own, around in self.rows]
        size = np.array([len(entry) for entry in entries], np.int64)
        sign = np.ones(size.sum())
        sign[np.cumsum(size) - size] = -1.0
        column = np.concatenate([np.empty(0, np.int64), *entries])
        row = np.repeat(np.arange(len(size)), size)
        bound = sparse.csr_array((sign, (row, column)), shape=(len(size), m))
        low, high = self.limits
        return [(once, 1.0, 1.0), (load, float(low), float(high)), (bound, 0.0, np.inf)]


def assigned(
    net: Net,
    pairs: tuple[Ints, Ints],
    centre: Ints,
    spread: Floats,
    price: Floats,
    limits: tuple[int, int],
    *,
    able: npt.NDArray[np.bool_] | None,
    room: float,
    work: float,
    late: Callable[[], bool],
) -> tuple[Ints | None, bool, float]:
    """
    Divide a graph about fixed centres at least inertia.

    Parameters
    ----------
    pairs
        Each touching pair of units once.
    spread, price
        Of `gis.partition.centres`: cost of weight about each centre, and the prices.
    able
        Which part may take which unit; every part every unit unless given.
    room
        How far above the dual value an answer may lie; what costs more is not looked for.
    work
        Iterations of the simplex method that may be spent.
    late
        Asked now and then; the search ends once it says yes.

    Returns
    -------
    labels
        Connected parts within the limits, or None when there are none or none was found.
    settled
        Whether work and time sufficed, so that no more can be had from these centres.
    spent
        Iterations of the simplex method.
    """
    settled, spent = True, 0.0
    program = Program(net, centre, limits, *_choices(net, centre, spread, price, able, room))
    for _ in range(_REPAIRS):
        found: Answer = least(program.cost, program.rows_of(), work - spent, late)
        spent += found.work
        settled = settled and found.settled
        if found.chosen is None:
            return None, settled, spent
        labels = np.full(len(net.load), -1, np.int64)
        labels[program.unit[found.chosen]] = program.part[found.chosen]
        if not _bind_loose(program, labels, pairs):
            return labels, settled, spent
        if spent >= work or late():
            break
    return None, False, spent


def _choices(
    net: Net,
    centre: Ints,
    spread: Floats,
    price: Floats,
    able: npt.NDArray[np.bool_] | None,
    room: float,
) -> tuple[Ints, Ints, Floats]:
    """Units and parts that may come together, and what each pair costs."""
    apart = ~np.isfinite(spread)
    cost: Floats = net.load.astype(np.float64) * np.where(apart, 0.0, spread)
    dear = cost + net.load * price[:, None]
    dear[apart] = np.inf
    dear -= dear.min(axis=0)
    if able is not None:
        dear[~able] = np.inf
    dear[:, centre] = np.inf
    dear[np.arange(len(centre)), centre] = 0.0
    if dear.size > _MOST:
        room = min(room, float(np.partition(dear.ravel(), _MOST)[_MOST]))
    part, unit = np.nonzero(dear <= room)
    return unit.astype(np.int64), part.astype(np.int64), cost[part, unit]


def _bind_loose(program: Program, labels: Ints, pairs: tuple[Ints, Ints]) -> bool:
    """Forbid the pieces that hang loose from their centre; whether there are any."""
    same = labels[pairs[0]] == labels[pairs[1]]
    piece = connected_parts(len(labels), pairs[0][same], pairs[1][same])
    home = piece[program.centre]
    loose = np.setdiff1d(piece, home)
    for p in loose:
        members = np.flatnonzero(piece == p)
        # Whatever part takes the piece, the piece must hang on to it.
        for part in range(len(home)):
            program.bind(members, part)
    return len(loose) > 0
