"""From what stands to a division that keeps the hard rules: gather, shed, dissolve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from gis.partition import keepers, shifts
from gis.partition.engine import QUICK, Wishes, exactly
from gis.partition.fewest import divide_graph
from gis.partition.flips import Pieces
from gis.partition.graph import Floats, Ints, connected_parts
from gis.partition.standing import UNASSIGNED, Standing

_HOPS = 3
_FORBIDDEN = 1e6
_STEPS = 200_000
_PROPOSALS = 150
_FEWEST, _MOST = 20_000, 400_000


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Slot of each piece (-1 where nobody lives in the component), and its score."""

    part: Ints
    score: float

    @property
    def holds(self) -> bool:
        """Whether every grid is within the cap."""
        return bool(np.isfinite(self.score))


def gathered(
    standing: Standing, cap: int, rng: np.random.Generator, *, relieved: bool = False
) -> Ints:
    """
    Slot of each piece with every grid in one part and every piece in a grid.

    A piece goes where most of its households stand; of a grid in several parts the one with most
    households keeps the number, what is held always does. The rest joins a neighbour
    with room whole, or opens a grid, or is taken in piece by piece. When `relieved`, what must
    leave the grids above the cap is treated alike, so that none is above it.
    """
    part = main_homes(standing)
    part[~standing.live] = UNASSIGNED
    _drop_strays(standing, part)
    _drop_unloaded(standing, part)
    if relieved:
        _relieve(standing, part, cap)
    _place_clumps(standing, part, cap, rng)
    return part


def main_homes(standing: Standing) -> Ints:
    """Slot where most households of each piece stand, -1 for those that stand in none."""
    homes = standing.homes
    part = np.full(standing.graph.size, UNASSIGNED, np.int64)
    owner = np.repeat(np.arange(standing.graph.size), np.diff(homes.start))
    order = np.lexsort((-homes.grid, homes.amount))
    part[owner[order]] = homes.grid[order]
    return part


def _drop_strays(standing: Standing, part: Ints) -> None:
    graph, homes = standing.graph, standing.homes
    same = part[graph.i] == part[graph.j]
    clump = connected_parts(graph.size, graph.i[same], graph.j[same])
    count = int(clump.max(initial=-1)) + 1
    owner = np.repeat(np.arange(graph.size), np.diff(homes.start))
    mine = homes.grid == part[owner]
    amount = np.bincount(clump[owner[mine]], homes.amount[mine], count)
    kept = np.zeros(count, np.bool_)
    kept[clump[~homes.movable]] = True
    slot = np.full(count, UNASSIGNED, np.int64)
    slot[clump] = part
    pinned = np.zeros(standing.slots + 1, np.bool_)
    pinned[slot[kept]] = True
    for k in np.lexsort((np.arange(count), -amount)):
        if slot[k] != UNASSIGNED and not pinned[slot[k]]:
            kept[k] = pinned[slot[k]] = True
    part[~kept[clump]] = UNASSIGNED


def _drop_unloaded(standing: Standing, part: Ints) -> None:
    """A grid nobody lives in any more goes to its neighbours, unless it is held."""
    inside = part != UNASSIGNED
    load = np.bincount(part[inside], standing.graph.load[inside], standing.slots)
    held = np.zeros(standing.slots, np.bool_)
    held[part[inside & ~standing.homes.movable]] = True
    bare = inside & ((load == 0) & ~held)[np.where(inside, part, 0)]
    part[bare] = UNASSIGNED


def _relieve(standing: Standing, part: Ints, cap: int) -> None:
    """Take the lightest sets of pieces out of the grids above the cap."""
    pieces, homes = standing.pieces(cap), standing.homes
    total = np.bincount(part[part >= 0], pieces.load[part >= 0], standing.slots)
    place = np.full(standing.graph.size, -1, np.int64)
    for slot in np.flatnonzero(total > cap):
        nodes = np.flatnonzero(part == slot)
        place[nodes] = np.arange(len(nodes))
        weight = np.array([shifts.at_home(homes, v, slot) for v in nodes])
        stays = ~homes.movable[nodes]
        need = int(total[slot]) - cap
        gone = keepers.lightest_leavers(pieces, nodes, place, stays, weight, need, _STEPS)
        part[nodes[gone]] = UNASSIGNED
        place[nodes] = -1


def _place_clumps(standing: Standing, part: Ints, cap: int, rng: np.random.Generator) -> None:
    graph = standing.graph
    loose = (part == UNASSIGNED) & standing.live
    clump = graph.components(loose)
    load = np.minimum(graph.load, cap)
    total = np.bincount(part[part >= 0], load[part >= 0], standing.slots).astype(np.int64)
    for k in range(int(clump.max(initial=-1)) + 1):
        nodes = np.flatnonzero(clump == k)
        need = int(load[nodes].sum())
        near = beside(standing, part, nodes)
        fits = (near > 0) & (total + need <= cap)
        if fits.any():
            to = int(np.argmax(np.where(fits, near, -1.0)))
            part[nodes] = to
            total[to] += need
        elif need > 0:
            _open_for(standing, part, nodes, cap, rng)
    price = standing.price(cap, standing.slots)
    shifts.adopt(standing.pieces(cap), standing.homes, price, part, standing.slots)
    last_resort(standing, part)


def beside(standing: Standing, part: Ints, nodes: Ints) -> Floats:
    """Length of the border of some pieces with each slot that may take them."""
    graph, slots = standing.graph, standing.slots
    inside = np.zeros(graph.size, np.bool_)
    inside[nodes] = True
    length = np.zeros(slots)
    for a, b in ((graph.i, graph.j), (graph.j, graph.i)):
        edge = inside[a] & ~inside[b] & (part[b] >= 0)
        length += np.bincount(part[b[edge]], graph.length[edge], slots)
    return np.where(standing.homes.closed, 0.0, length)


def _open_for(
    standing: Standing, part: Ints, nodes: Ints, cap: int, rng: np.random.Generator
) -> None:
    """Divide a clump that no neighbour has room for into grids of its own."""
    graph = standing.graph.part(nodes)
    labels = divide_graph(graph, cap, rng, effort=QUICK).labels
    free = free_slots(standing, part)
    if int(labels.max()) < len(free):
        part[nodes] = free[labels]


def free_slots(standing: Standing, part: Ints) -> Ints:
    """Slots in which a new grid may open."""
    free = standing.homes.fresh.copy()
    free[part[part >= 0]] = False
    return np.flatnonzero(free)


def last_resort(standing: Standing, part: Ints) -> None:
    """Let ground without households that only closed grids surround join them, in place."""
    graph = standing.graph
    loose = (part == UNASSIGNED) & standing.live
    while loose.any():
        a, b = np.r_[graph.i, graph.j], np.r_[graph.j, graph.i]
        length = np.r_[graph.length, graph.length]
        edge = np.flatnonzero(loose[a] & (part[b] >= 0))
        if not len(edge):
            raise AssertionError("a piece of a component with households reaches no grid")
        order = edge[np.lexsort((part[b[edge]], length[edge]))]
        part[a[order]] = part[b[order]]
        loose = (part == UNASSIGNED) & standing.live


def shed(
    standing: Standing,
    part: Ints,
    cap: int,
    most: int,
    rng: np.random.Generator,
    *,
    tries: int = 3,
    fixed: bool = False,
) -> Reshaped:
    """
    Bring every grid within the cap with as few households away from home as are found.

    Parameters
    ----------
    part
        Slot of each piece, every grid contiguous; not modified.
    most
        Grids there may be.
    tries
        Searches with other random numbers, of which the best is taken.
    fixed
        Keep the number of grids at `most`.
    """
    least = most if fixed else 0
    pieces = standing.pieces(cap)
    best = Reshaped(part, np.inf)
    active = _active(standing, part, pieces.load, cap)
    if not len(active):
        return Reshaped(part, _score(standing, pieces, part, cap))
    loaded = pieces.load[active] > 0
    crowd = _crowd(standing)[active][loaded]
    hot = max(1.0, 0.5 * float(crowd.mean()) if len(crowd) else 1.0)
    proposals = int(min(_MOST, max(_FEWEST, _PROPOSALS * len(active))))
    for _ in range(tries):
        state = rng.integers(1, 2**63, 1, dtype=np.uint64)
        found = part.copy()
        for over, heat in ((4.0, hot), (16.0, hot / 2), (64.0, hot)):
            price = standing.price(cap, most, least=least, over=over)
            now = found.copy()
            homes = standing.homes
            near, met = shifts.anneal(
                pieces, homes, price, now, active, state, proposals, heat, 0.05
            )
            if np.isfinite(met):
                near = _renamed(standing, near)
                strict = standing.price(cap, most, least=least, over=_FORBIDDEN)
                met = shifts.settle(pieces, homes, strict, near, active)
                if met < best.score:
                    best = Reshaped(near, float(met))
                break
            found = now
    return best


def _score(standing: Standing, pieces: Pieces, part: Ints, cap: int) -> float:
    price = standing.price(cap, standing.slots)
    tally = shifts.tally_of(pieces, part, standing.slots)
    if tally.load.max(initial=0) > cap:
        return float("inf")
    return float(shifts.score(pieces, standing.homes, price, part, tally))


def _crowd(standing: Standing) -> Floats:
    size = standing.graph.size
    return np.bincount(standing.piece, standing.weight, size).astype(np.float64)


def _active(standing: Standing, part: Ints, load: Ints, cap: int) -> Ints:
    """Pieces of the grids near those that are too heavy or not as they stood."""
    graph, slots = standing.graph, standing.slots
    inside = part >= 0
    total = np.bincount(part[inside], load[inside], slots)
    near = total > cap
    away = inside & (part != main_homes(standing))
    near[part[away]] = True
    a, b = part[graph.i], part[graph.j]
    cut = (a != b) & (a >= 0) & (b >= 0)
    a, b = a[cut], b[cut]
    for _ in range(_HOPS):
        wider = near.copy()
        wider[b[near[a]]] = True
        wider[a[near[b]]] = True
        near = wider
    return np.flatnonzero(inside & near[np.where(inside, part, 0)] & standing.homes.movable)


def dissolved(standing: Standing, part: Ints, cap: int, slot: int) -> Ints | None:
    """Give the pieces of one grid to its neighbours, loads aside; None when they can't have it."""
    part = part.copy()
    mine = part == slot
    if not standing.homes.movable[mine].all() or standing.homes.closed[slot]:
        return None
    part[mine] = UNASSIGNED
    price = standing.price(cap, standing.slots)
    shifts.adopt(standing.pieces(cap), standing.homes, price, part, standing.slots)
    return None if (part[mine] == UNASSIGNED).any() else part


def fewer(
    standing: Standing, part: Ints, cap: int, rng: np.random.Generator, *, candidates: int = 3
) -> Reshaped | None:
    """One grid less, with as few households away from home as are found; None if not found."""
    open_slots = _by_crowd(standing, part)
    best: Reshaped | None = None
    tried = 0
    for slot in open_slots:
        start = dissolved(standing, part, cap, int(slot))
        if start is None or tried == candidates:
            continue
        tried += 1
        found = shed(standing, start, cap, len(open_slots) - 1, rng, tries=1)
        if found.holds and (best is None or found.score < best.score):
            best = found
    return best


def _by_crowd(standing: Standing, part: Ints) -> Ints:
    """Open slots, those with the fewest households first."""
    inside = part >= 0
    crowd = np.bincount(part[inside], _crowd(standing)[inside], standing.slots)
    slots = np.unique(part[inside])
    return slots[np.argsort(crowd[slots], kind="stable")]


def one_less(standing: Standing, part: Ints, cap: int) -> Ints | None:
    """Dissolve the grid with the fewest households that can be; loads aside."""
    for slot in _by_crowd(standing, part):
        wider = dissolved(standing, part, cap, int(slot))
        if wider is not None:
            return wider
    return None


def one_more(standing: Standing, part: Ints, rng: np.random.Generator) -> Ints | None:
    """Cut the heaviest grid that can be in two; the half with most at home keeps the number."""
    homes, graph = standing.homes, standing.graph
    free = free_slots(standing, part)
    inside = part >= 0
    loose = inside & homes.movable & ~homes.closed[np.where(inside, part, 0)]
    several = np.bincount(part[loose], graph.load[loose] > 0, standing.slots) > 1
    load = np.bincount(part[loose], graph.load[loose], standing.slots)
    if not several.any() or not len(free):
        return None
    slot = int(np.argmax(np.where(several, load, -1.0)))
    nodes = np.flatnonzero(part == slot)
    some = QUICK
    halves = exactly(graph.part(nodes), None, 2, load[slot] / 2, rng, Wishes(), some)
    assert halves is not None  # noqa: S101 - without a cap there is always an answer
    part = part.copy()
    part[nodes[halves == 1]] = free[0]
    return _renamed(standing, part)


def from_labels(standing: Standing, labels: npt.ArrayLike) -> Ints:
    """Slots of a division made anew, under the standing numbers that fit most households."""
    part = np.full(standing.graph.size, UNASSIGNED, np.int64)
    part[standing.piece] = np.asarray(labels, np.int64)
    part[~standing.live] = UNASSIGNED
    inside = part >= 0
    place = np.unique(part[inside], return_inverse=True)[1]
    part[inside] = len(standing.numbers) + place
    if len(standing.numbers) + int(place.max(initial=-1)) >= standing.slots:
        raise AssertionError("a division made anew has more grids than there are slots")
    return _renamed(standing, part)


def _renamed(standing: Standing, part: Ints) -> Ints:
    """Let each grid that may change its number have the one most of its households stand in."""
    homes = standing.homes
    owner = np.repeat(np.arange(standing.graph.size), np.diff(homes.start))
    there = part[owner] >= 0
    stay = np.zeros((standing.slots, standing.slots))
    np.add.at(stay, (part[owner[there]], homes.grid[there]), homes.amount[there])
    fixed = homes.closed.copy()
    fixed[part[(part >= 0) & ~homes.movable]] = True
    stay[fixed] = stay[:, fixed] = -1e9
    stay[fixed, fixed] = 1e9
    # Ties keep the number there is.
    stay[np.diag_indices(standing.slots)] += 1e-6
    rename = linear_sum_assignment(stay, maximize=True)[1]
    return np.where(part >= 0, rename[np.where(part >= 0, part, 0)], UNASSIGNED)


def slot_labels(standing: Standing, part: Ints) -> Ints:
    """
    Grid number of each unit: standing numbers are kept, new grids go on after the highest.

    A component without households is one grid: the one held there, or the standing one with
    most of its ground that is not used elsewhere, or a new one.
    """
    first = int(standing.numbers.max(initial=-1)) + 1
    numbers = np.concatenate((standing.numbers, np.full(standing.slots, UNASSIGNED)))
    fresh = np.unique(part[part >= len(standing.numbers)])
    numbers[fresh] = first + np.arange(len(fresh))
    slot = part[standing.piece]
    labels = np.where(slot == UNASSIGNED, UNASSIGNED, numbers[slot])
    used = set(labels.tolist())
    top = first + len(fresh)
    component = standing.component[standing.piece]
    for c in np.unique(component[labels == UNASSIGNED]):
        units = np.flatnonzero(component == c)
        held = units[standing.held[units]]
        labels[held] = standing.labels[held]
        units = np.setdiff1d(units, held)
        if len(held):
            owner, place = np.unique(labels[held], return_inverse=True)
            area = np.bincount(place, standing.land.area_m2[held])
            labels[units] = owner[int(np.argmax(area))]
            continue
        number = _name_of_bare(standing, units, used)
        if number == UNASSIGNED:
            number, top = top, top + 1
        labels[units] = number
        used.add(number)
    return labels


def _name_of_bare(standing: Standing, units: Ints, used: set[int]) -> int:
    old = standing.labels[units]
    area = standing.land.area_m2[units]
    stood = [int(g) for g in np.unique(old[old != UNASSIGNED]) if int(g) not in used]
    return max(stood, key=lambda g: (float(area[old == g].sum()), -g), default=UNASSIGNED)
