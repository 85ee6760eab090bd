"""The division against its rules: grids contiguous, pieces whole, loads within the cap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.package import Package

_FLAGS = ("above_fill", "beyond_tolerance", "no_households", "over_cap", "under_minimum")


def check_rules(community: Package, count: Recount) -> list[Finding]:
    """Check rules 1 to 7 of docs/grid-package.md for one community."""
    code, names = community.community, community.grids["grid"].to_numpy()
    units = community.units["unit_id"].to_numpy()
    figures = _figures(community, count)
    loads_wrong = count.load != community.units["load_units"].to_numpy(np.int64)
    return [
        promise(
            "loads",
            code,
            "Unit loads follow from the caps",
            "单位负荷与上限一致",
            units[loads_wrong],
        ),
        promise(
            "contiguous",
            code,
            "Every grid is contiguous and no hard barrier cuts it",
            "网格连片，不跨越硬阻隔",
            names[_pieces_of_grids(count, len(names)) > 1],
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
            "Every grid is within the cap, or a flagged indivisible unit",
            "网格不超上限，或为已标注的不可分单位",
            names[figures["over"]],
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
            names[_wrong_sums(community, count)],
        ),
        promise(
            "flags",
            code,
            "Flags and kinds stand exactly where they apply",
            "标注与类型准确",
            _wrong_flags(community, figures),
        ),
    ]


def _pieces_of_grids(count: Recount, grids: int) -> npt.NDArray[np.int64]:
    part = count.graph.parts(count.grid)
    pairs = np.unique(np.column_stack([count.grid, part]), axis=0)
    return np.bincount(pairs[:, 0], minlength=grids)


def _split_courtyards(community: Package, count: Recount) -> list[str]:
    units = pd.DataFrame({"piece": count.piece, "grid": count.grid})
    split = units.groupby("piece")["grid"].nunique()
    of_split = np.isin(count.piece, split.index[split > 1])
    return sorted(set(community.units["courtyard_id"][of_split].dropna()))


def _figures(community: Package, count: Recount) -> pd.DataFrame:
    """Figures of each grid by position: load, weight, loaded pieces, flags that apply."""
    n = len(community.grids)
    pieces = count.piece_loads()
    load = count.per_grid(count.load, n)
    weight = count.per_grid(community.units["weight"].to_numpy(np.int64), n)
    loaded = pd.DataFrame({"grid": count.grid, "piece": count.piece})[pieces[count.piece] > 0]
    several = loaded.drop_duplicates().groupby("grid").size().reindex(range(n), fill_value=0)
    busy = pd.Series(count.grid[count.load > 0]).value_counts().reindex(range(n), fill_value=0)
    alone = several.to_numpy() == 1
    capped = bool(community.rules["caps"])
    above_cap = capped & alone & (busy.to_numpy() == 1) & (load > count.capacity)
    above_fill = capped & alone & (load > count.target) & (load <= count.capacity)
    special = load == 0
    return pd.DataFrame(
        {
            "load": load,
            "special": special,
            "over": capped & (load > count.target) & ~above_cap & ~above_fill,
            "over_cap": above_cap,
            "above_fill": above_fill,
            "under_minimum": ~special & (weight < community.rules["minimum"]),
            "beyond_tolerance": _beyond(community, load, special),
            "no_households": special & _lonely(count, n),
        }
    )


def _lonely(count: Recount, n: int) -> npt.NDArray[np.bool_]:
    """Grids that are a whole component without any load."""
    empty = np.zeros(int(count.component.max(initial=-1)) + 1, np.int64)
    np.add.at(empty, count.component, count.load)
    lonely = np.ones(n, bool)
    lonely[count.grid[empty[count.component] > 0]] = False
    return lonely


def _beyond(
    community: Package, load: npt.NDArray[np.int64], special: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    if not isinstance(community.rules["target"], int) or special.all():
        return np.zeros(len(load), bool)
    mean = load[~special].mean()
    allowed = float(community.rules["tolerance"]) * mean
    beyond: npt.NDArray[np.bool_] = ~special & (np.abs(load - mean) > allowed)
    return beyond


def _wrong_count(community: Package, figures: pd.DataFrame) -> list[str]:
    wanted, there = community.rules["target"], int((~figures["special"]).sum())
    if not isinstance(wanted, int) or wanted == there:
        return []
    return [f"{there} grids, not {wanted}"]


def _wrong_sums(community: Package, count: Recount) -> npt.NDArray[np.bool_]:
    grids, n = community.grids, len(community.grids)
    load = count.per_grid(count.load, n)
    households = count.per_grid(community.units["households"].to_numpy(np.int64), n)
    posts = np.where(load == 0, 0, np.maximum(1, -(-load // count.capacity)))
    wrong = households != grids["households"].to_numpy(np.int64)
    wrong |= load != grids["load_units"].to_numpy(np.int64)
    wrong |= posts != grids["posts_needed"].to_numpy(np.int64)
    share = load / count.capacity
    wrong |= ~np.isclose(share, grids["load"].to_numpy(np.float64), rtol=1e-9, atol=1e-12)
    return np.asarray(wrong)


def _wrong_flags(community: Package, figures: pd.DataFrame) -> list[str]:
    said = [str(text).split(",") if text else [] for text in community.grids["flags"]]
    kinds, wanted = community.grids["kind"].tolist(), community.rules["grid_kind"]
    wrong = []
    for n, grid in enumerate(community.grids["grid"]):
        true = [flag for flag in _FLAGS if figures[flag].iloc[n]]
        kind = "special" if figures["special"].iloc[n] else wanted
        if said[n] != true or kinds[n] != kind:
            wrong.append(f"grid {grid} is {kind} {','.join(true)}".strip())
    return wrong
