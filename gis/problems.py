"""What is wrong with a plan under its rules, in words a planner can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.borders import contiguity
from gis.cells import Ground
from gis.errors import first_ids
from gis.partition.loads import loads
from gis.partition.rules import RuleSet

ProblemKind = Literal[
    "unassigned", "over_cap", "not_contiguous", "courtyard_split", "buildings_changed"
]
UNASSIGNED = -1


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One broken rule.

    ``grid_no`` is None where the plan as a whole is meant; ``units`` names unit ids (for a
    split courtyard its id).
    """

    kind: ProblemKind
    grid_no: int | None
    units: tuple[str, ...]
    en: str
    zh: str

    def document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "units": list(self.units)}


def plan_problems(
    ground: Ground,
    labels: npt.NDArray[np.integer],
    rules: RuleSet,
    names: Mapping[int, str] | None = None,
) -> list[Problem]:
    """
    Check an assignment against the hard rules of DESIGN section 5.

    Parameters
    ----------
    ground
        Units and borders. Not modified.
    labels
        Grid number of each unit; -1 is unassigned.
    names
        Name of each grid by its number, for the sentences; its number when not given.

    Returns
    -------
    problems
        Units in no grid, grids over the cap (a single building over the cap is flagged, not a
        problem), grids in several pieces, courtyards split although they fit one grid; empty
        when all holds.
    """
    name = _Names(names or {})
    pieces = _pieces(ground, labels, rules)
    return [
        *_unassigned(ground, labels),
        *_over_cap(ground, labels, rules, name),
        *_not_contiguous(ground, labels, pieces, name),
        *_courtyards_split(ground, labels, rules),
    ]


class _Names:
    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names

    def __call__(self, number: int) -> str:
        return self._names.get(number, f"#{number + 1}")


def _unassigned(ground: Ground, labels: npt.NDArray[np.integer]) -> list[Problem]:
    ids = tuple(ground.units["unit_id"].to_numpy()[labels == UNASSIGNED])
    if not ids:
        return []
    return [
        Problem(
            "unassigned",
            None,
            ids,
            f"{len(ids)} units are in no grid: {first_ids(ids)}.",
            f"{len(ids)} 个单位尚未划入任何网格：{first_ids(ids)}。",
        )
    ]


def _over_cap(
    ground: Ground, labels: npt.NDArray[np.integer], rules: RuleSet, name: _Names
) -> list[Problem]:
    if not rules.caps:
        return []
    load, capacity = loads(ground.units, rules)
    placed = pd.DataFrame({"grid": labels, "load": load, "busy": load > 0})
    grids = placed[placed["grid"] != UNASSIGNED].groupby("grid").sum()
    over = grids[(grids["load"] > capacity) & (grids["busy"] > 1)]["load"]
    ids = ground.units["unit_id"].to_numpy()
    return [
        Problem(
            "over_cap",
            grid,
            tuple(ids[(labels == grid) & (load > 0)]),
            f"{name(grid)} is at {full / capacity:.1%} of its cap: move buildings out of it.",
            f"{name(grid)}负荷达上限的 {full / capacity:.1%}，请移出部分楼栋。",
        )
        for grid, full in zip(over.index.tolist(), over.tolist(), strict=True)
    ]


def _pieces(
    ground: Ground, labels: npt.NDArray[np.integer], rules: RuleSet
) -> npt.NDArray[np.integer]:
    """Number of the connected piece of its own grid that each unit lies in."""
    graph = contiguity(ground, rules.hard_barriers)
    same = labels[graph.i] == labels[graph.j]
    i, j = graph.i[same], graph.j[same]
    links = coo_array((np.ones(i.size, bool), (i, j)), shape=(labels.size, labels.size))
    _, piece = connected_components(links, directed=False)
    return np.asarray(piece)


def _not_contiguous(
    ground: Ground,
    labels: npt.NDArray[np.integer],
    pieces: npt.NDArray[np.integer],
    name: _Names,
) -> list[Problem]:
    units = pd.DataFrame(
        {"grid": labels, "piece": pieces, "households": ground.units["households"].to_numpy()}
    )
    sizes = (
        units[units["grid"] != UNASSIGNED]
        .groupby(["grid", "piece"], as_index=False)
        .agg(households=("households", "sum"), units=("households", "size"))
        .sort_values(["grid", "households", "units", "piece"], ascending=[True, False, False, True])
    )
    strays = sizes[sizes.duplicated("grid")]
    ids = ground.units["unit_id"].to_numpy()
    found = []
    for number in strays["grid"].unique().tolist():
        rows = strays[strays["grid"] == number]
        apart = tuple(ids[np.isin(pieces, rows["piece"])])
        found.append(
            Problem(
                "not_contiguous",
                number,
                apart,
                f"{name(number)} is in {len(rows) + 1} pieces; cut off: {first_ids(apart)}.",
                f"{name(number)}不连片，共 {len(rows) + 1} 块，孤立单位：{first_ids(apart)}。",
            )
        )
    return found


def _courtyards_split(
    ground: Ground, labels: npt.NDArray[np.integer], rules: RuleSet
) -> list[Problem]:
    """Courtyards that fit one grid, with a connected part in several (a river may part them)."""
    load, capacity = loads(ground.units, rules)
    courtyard, names = pd.factorize(ground.units["courtyard_id"])
    total = np.zeros(len(names), np.int64)
    np.add.at(total, courtyard[courtyard >= 0], load[courtyard >= 0])
    whole = (courtyard >= 0) & (labels != UNASSIGNED)
    whole[courtyard >= 0] &= total[courtyard[courtyard >= 0]] <= capacity
    if not rules.keep_courtyards or not whole.any():
        return []
    units = pd.DataFrame(
        {"courtyard": courtyard, "part": _pieces(ground, courtyard, rules), "grid": labels}
    )[whole]
    grids = units.groupby(["courtyard", "part"])["grid"].nunique()
    split = names[grids[grids > 1].index.get_level_values("courtyard").unique()]
    return [
        Problem(
            "courtyard_split",
            None,
            (str(name),),
            f"Courtyard {name} fits one grid but is split between several.",
            f"小区 {name} 可整体归入一个网格，但被切分。",
        )
        for name in split
    ]
