"""
Repair and interactive rows of `bench/partition.md`.

Small made-up cases are mended by `gis.partition.repair` and, for the least needed, by a mixed
integer program of its own (HiGHS); a community of about 1,000 units gives the milliseconds.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from bench.apart import apart
from bench.made_up import community, ground_of
from gis.borders import contiguity
from gis.cells import Ground, build_ground
from gis.partition.complete import complete
from gis.partition.divide import divide
from gis.partition.repair import repair
from gis.partition.rules import RuleSet, load_rules

Row = dict[str, str]
Labels = npt.NDArray[np.int64]
CAP, SIDE, SPARE = 150, 6, 3
RULES = RuleSet(name="bench", source="bench", caps={"default": CAP}, fill=0.95)
_MIP_S = 120.0
_BIG = (7301, 19_000)
_TIMES = 9


def repair_rows(cases: int) -> list[Row]:
    """Households moved against the least needed, after 5 % of the buildings changed."""
    answer = apart("bench.partition_repair:compared", cases)
    assert answer is not None
    rows = []
    for kind in ("other counts", "a building over the cap"):
        found = [f for f in answer.value if f["kind"] == kind]
        proven = [f for f in found if f["proven"]]
        ratios = [f["moved"] / f["least"] for f in proven if f["least"]]
        needless = sum(f["moved"] > 0 for f in proven if not f["least"])
        rows.append(
            {
                "change": kind,
                "cases": f"{len(found)}, least needed proven in {len(proven)}",
                "households moved": str(sum(f["moved"] for f in proven)),
                "least needed": str(sum(f["least"] for f in proven)),
                "ratio, median": f"{statistics.median(ratios):.2f}" if ratios else "-",
                "ratio, worst": f"{max(ratios):.2f} (must: 1.5)" if ratios else "-",
                "moved where nothing was needed": str(needless),
                "repair ms, median": f"{statistics.median(f['ms'] for f in found):.0f}",
            }
        )
    return rows


def compared(cases: int) -> list[dict[str, Any]]:
    """Mend so many small towns of each kind of change both ways."""
    found = []
    flat = lattice(np.full(SIDE * SIDE, 20))
    repair(flat, RULES, divide(flat, RULES).labels, curve=False)  # load what is compiled
    for kind in ("other counts", "a building over the cap"):
        for seed in range(1, cases + 1):
            rng = np.random.default_rng([seed, 52])
            counts = rng.integers(8, 45, SIDE * SIDE)
            standing = divide(lattice(counts), RULES, seed=seed).labels.astype(np.int64)
            changed = _changed(counts, kind, rng)
            ground = lattice(changed)
            start = time.process_time()
            mended = repair(ground, RULES, standing, seed=seed, curve=False).least
            spent = time.process_time() - start
            least, proven = least_moved(ground, changed, standing)
            found.append(
                {
                    "kind": kind,
                    "moved": mended.households_moved,
                    "least": least,
                    "proven": proven,
                    "ms": 1000 * spent,
                }
            )
    return found


def lattice(counts: npt.NDArray[np.int64]) -> Ground:
    """Slabs in rows and columns, one unit each."""
    spots = [(500_000 + 60 * (k % SIDE), 3_170_000 + 40 * (k // SIDE)) for k in range(len(counts))]
    slabs = [shapely.box(x + 10, y + 14, x + 50, y + 26) for x, y in spots]
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"B{k:02d}" for k in range(len(counts))],
            "courtyard_id": None,
            "households": counts,
            "households_kind": "registered",
            "households_estimated": False,
        },
        geometry=slabs,
        crs=4544,
    )
    around = shapely.box(500_000, 3_170_000, 500_000 + 60 * SIDE, 3_170_000 + 40 * SIDE)
    place = gpd.GeoDataFrame({"area_code": ["511599001001"]}, geometry=[around], crs=4544)
    return build_ground(frame.to_crs(4326), community=place.to_crs(4326))


def _changed(
    counts: npt.NDArray[np.int64], kind: str, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """5 % of the buildings with 1.2 to 2.2 times their count, or one with more than the cap."""
    changed = counts.copy()
    where = rng.choice(len(counts), max(1, round(0.05 * len(counts))), replace=False)
    if kind == "other counts":
        changed[where] = np.round(counts[where] * rng.uniform(1.2, 2.2, len(where)))
    else:
        changed[where[0]] = CAP + 30
    return changed


def least_moved(
    ground: Ground, counts: npt.NDArray[np.int64], standing: Labels
) -> tuple[int, bool]:
    """
    Least households that must leave their grid for all rules to hold, and whether it is proven.

    A mixed integer program: each unit in one grid, standing or spare; loads within the cap, a
    unit over the cap alone; each grid connected by a flow from one root to all of its units.
    """
    touching = contiguity(ground, RULES.hard_barriers)
    arcs = np.concatenate(
        [np.column_stack([touching.i, touching.j]), np.column_stack([touching.j, touching.i])]
    )
    units, grids = len(counts), int(standing.max()) + 1 + SPARE + int((counts > CAP).sum())
    program = _Program(units, grids, len(arcs))
    for unit in range(units):
        program.add([(program.x(unit, g), 1.0) for g in range(grids)], 1.0, 1.0)
    for g in range(grids):
        _limit_load(program, counts, g)
        _connect(program, arcs, g)
    cost = np.zeros(program.size)
    for unit in range(units):
        for g in range(grids):
            cost[program.x(unit, g)] = float(counts[unit]) * (g != standing[unit])
    solved = milp(
        cost,
        constraints=program.constraint(),
        bounds=Bounds(np.zeros(program.size), program.upper()),
        integrality=program.integral(),
        options={"time_limit": _MIP_S},
    )
    if solved.x is None:
        return 0, False
    return round(float(solved.fun)), solved.status == 0


class _Program:
    """Columns x (unit in grid), r (root of grid), f (flow on arc in grid), and their rows."""

    def __init__(self, units: int, grids: int, arcs: int) -> None:
        self.units, self.grids, self.arcs = units, grids, arcs
        self._entries: list[tuple[int, int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    @property
    def size(self) -> int:
        return (2 * self.units + self.arcs) * self.grids

    def x(self, unit: int, g: int) -> int:
        return unit * self.grids + g

    def r(self, unit: int, g: int) -> int:
        return (self.units + unit) * self.grids + g

    def f(self, arc: int, g: int) -> int:
        return (2 * self.units + arc) * self.grids + g

    def add(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self._entries += [(len(self._low), column, value) for column, value in terms]
        self._low.append(low)
        self._high.append(high)

    def constraint(self) -> LinearConstraint:
        row, column, value = (np.array(part) for part in zip(*self._entries, strict=True))
        matrix = coo_array((value, (row, column)), shape=(len(self._low), self.size))
        return LinearConstraint(matrix.tocsr(), self._low, self._high)

    def upper(self) -> npt.NDArray[np.float64]:
        top = np.ones(self.size)
        top[2 * self.units * self.grids :] = self.units
        return top

    def integral(self) -> npt.NDArray[np.int64]:
        whole = np.ones(self.size, np.int64)
        whole[2 * self.units * self.grids :] = 0
        return whole


def _limit_load(program: _Program, counts: npt.NDArray[np.int64], g: int) -> None:
    """Within the cap; with a unit over the cap in it, no other."""
    usual = [unit for unit in range(len(counts)) if counts[unit] <= CAP]
    terms = [(program.x(unit, g), float(counts[unit])) for unit in usual]
    heavy = [(program.x(unit, g), float(CAP)) for unit in np.flatnonzero(counts > CAP).tolist()]
    program.add(terms + heavy, -np.inf, float(CAP))


def _connect(program: _Program, arcs: npt.NDArray[np.int64], g: int) -> None:
    """Each unit of the grid takes in one of what flows; only the root gives."""
    units = program.units
    program.add([(program.r(unit, g), 1.0) for unit in range(units)], 0.0, 1.0)
    for unit in range(units):
        program.add([(program.r(unit, g), 1.0), (program.x(unit, g), -1.0)], -np.inf, 0.0)
        inward = [(program.f(a, g), 1.0) for a in np.flatnonzero(arcs[:, 1] == unit).tolist()]
        outward = [(program.f(a, g), -1.0) for a in np.flatnonzero(arcs[:, 0] == unit).tolist()]
        source = (program.r(unit, g), float(units))
        program.add([*inward, *outward, (program.x(unit, g), -1.0), source], 0.0, np.inf)
    for a, head in enumerate(arcs[:, 1].tolist()):
        program.add([(program.f(a, g), 1.0), (program.x(head, g), -float(units))], -np.inf, 0.0)


def interactive_rows() -> list[Row]:
    """Milliseconds of repair and complete after a planner's change, about 1,000 units."""
    answer = apart("bench.partition_repair:answered")
    assert answer is not None
    units = answer.value.pop("units")
    return [
        {
            "what": name,
            "units": str(units),
            "first call ms": f"{times[0]:.0f}",
            "CPU ms, median": f"{statistics.median(times[1:]):.0f} (must: 300)",
            "worst": f"{max(times[1:]):.0f}",
        }
        for name, times in answer.value.items()
    ]


def answered() -> dict[str, Any]:
    """CPU milliseconds of each of some calls, the first with what is compiled to load."""
    rules = load_rules("gaoxian-2020")
    ground = ground_of(community(*_BIG), rules)
    standing = divide(ground, rules).labels.astype(np.int64)
    rng = np.random.default_rng(5)
    times: dict[str, Any] = {"repair, least moves": [], "repair, with curve": [], "complete": []}
    for _ in range(1 + _TIMES):
        changed = _with_other_counts(ground, rng)
        for name, curve in (("repair, least moves", False), ("repair, with curve", True)):
            start = time.process_time()
            repair(changed, rules, standing, curve=curve)
            times[name].append(1000 * (time.process_time() - start))
        # The planner has drawn two thirds of the grids; the rest is open.
        kept = rng.random(int(standing.max()) + 1) < 0.67
        start = time.process_time()
        complete(ground, rules, np.where(kept[standing], standing, -1))
        times["complete"].append(1000 * (time.process_time() - start))
    return times | {"units": len(ground.units)}


def _with_other_counts(ground: Ground, rng: np.random.Generator) -> Ground:
    """The ground with 5 % of its buildings half to 1.5 times as full."""
    units = ground.units.copy()
    lived = np.flatnonzero(units["households"].to_numpy() > 0)
    where = rng.choice(lived, max(1, len(lived) // 20), replace=False)
    counts = units["households"].to_numpy(np.int64).copy()
    counts[where] = np.round(counts[where] * rng.uniform(0.5, 1.5, len(where)))
    return Ground(units=units.assign(households=counts), borders=ground.borders)
