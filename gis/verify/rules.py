"""The division against its rules: grids contiguous, pieces whole, loads within the cap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.verify.figures import GridFigures, grid_figures
from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.package import Package


def check_rules(community: Package, count: Recount) -> list[Finding]:
    """Check rules 2 to 7 of docs/grid-package.md for one community."""
    code, names = community.community, community.grids["grid"].to_numpy()
    figures = grid_figures(community, count)
    return [
        promise(
            "loads",
            code,
            "Unit loads follow from the caps",
            "单位负荷与上限一致",
            community.units["unit_id"].to_numpy()[_wrong_loads(community, count)],
        ),
        promise(
            "contiguous",
            code,
            "Every grid is contiguous and no hard barrier cuts it",
            "网格连片，不跨越硬阻隔",
            names[_parts_of_grids(count, len(names)) > 1],
        ),
        promise(
            "courtyards-whole",
            code,
            "No courtyard that fits one grid is split",
            "能整体归入的小区未被切分",
            _split_courtyards(community, count),
        ),
        promise(
            "cap",
            code,
            "Every grid is within the cap, or a single piece that may stand above it",
            "网格不超上限，或为允许超出的不可分单位",
            names[figures.over],
        ),
        promise(
            "special",
            code,
            "Grids without load are whole parts that nobody lives in",
            "无负荷的网格均为无住户的完整部分",
            names[figures.unloaded],
        ),
        promise(
            "target",
            code,
            "There are as many grids as the rules ask for",
            "网格数与规则要求一致",
            _wrong_count(community, figures),
        ),
        promise(
            "sums",
            code,
            "Households, loads and posts of grids add up",
            "网格户数、负荷、岗位数相符",
            names[_wrong_sums(community, count, figures)],
        ),
        promise(
            "flags",
            code,
            "Flags and kinds stand exactly where they apply",
            "标注与类型准确",
            _wrong_flags(community, figures),
        ),
    ]


def _parts_of_grids(count: Recount, grids: int) -> npt.NDArray[np.int64]:
    part = count.graph.parts(count.grid)
    pairs = np.unique(np.column_stack([count.grid, part]), axis=0)
    return np.bincount(pairs[:, 0], minlength=grids)


def _split_courtyards(community: Package, count: Recount) -> list[str]:
    units = pd.DataFrame({"piece": count.piece, "grid": count.grid})
    split = units.groupby("piece")["grid"].nunique()
    of_split = np.isin(count.piece, split.index[split > 1])
    return sorted(set(community.units["courtyard_id"][of_split].dropna()))


def _wrong_loads(community: Package, count: Recount) -> npt.NDArray[np.bool_]:
    units = community.units
    wrong = units["load_units"].to_numpy() != count.load
    return np.asarray(wrong | _other_share(units["load"], count.load, count.capacity))


def _other_share(
    said: pd.Series[float], load: npt.NDArray[np.int64], capacity: int
) -> npt.NDArray[np.bool_]:
    return ~np.isclose(load / capacity, said.to_numpy(np.float64), rtol=1e-9, atol=1e-12)


def _wrong_count(community: Package, figures: GridFigures) -> list[str]:
    wanted, there = community.rules.target, figures.ordinary
    return [] if wanted in {None, there} else [f"{there} grids, not {wanted}"]


def _wrong_sums(community: Package, count: Recount, figures: GridFigures) -> npt.NDArray[np.bool_]:
    grids = community.grids
    wrong = figures.households != grids["households"].to_numpy()
    wrong |= figures.load != grids["load_units"].to_numpy()
    wrong |= figures.posts != grids["posts_needed"].to_numpy()
    if "weight" in grids:
        wrong |= figures.weight != grids["weight"].to_numpy()
    return np.asarray(wrong | _other_share(grids["load"], figures.load, count.capacity))


def _wrong_flags(community: Package, figures: GridFigures) -> list[str]:
    grids = community.grids
    wrong = []
    for n, (grid, said, kind) in enumerate(
        zip(grids["grid"], grids["flags"], grids["kind"], strict=True)
    ):
        true = ",".join(flag for flag, applies in figures.applies.items() if applies[n])
        right = "special" if figures.special[n] else community.rules.grid_kind
        if (said, kind) != (true, right):
            wrong.append(f"grid {grid} is {right} {true}".strip())
    return wrong
