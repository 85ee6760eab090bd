"""The certificate of a division: its bound, what it splits and why, its measures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.cells import Ground
from gis.measures import grid_shapes, households_moved
from gis.partition.graph import Ints
from gis.partition.grids import deviation
from gis.partition.reasons import reasons
from gis.partition.result import Certificate, Split
from gis.partition.search import Found, Task
from gis.partition.touching import Terrain, terrain

Flags = npt.NDArray[np.bool_]

_STOPPED = {
    "en": "The search was stopped before its end: this is the best division found until then.",
    "zh": "计算被提前中止：这是中止前找到的最好方案。",
}


def certify(
    ground: Ground,
    task: Task,
    found: Found,
    labels: Ints,
    special: Flags,
    grids: pd.DataFrame,
    *,
    land: Terrain | None = None,
    standing: npt.ArrayLike | None = None,
    interrupted: bool = False,
) -> Certificate:
    """
    State how good a division is (see `gis.partition.result.Certificate`).

    Parameters
    ----------
    labels, special, grids
        Grid of each unit, which grids are special, and their table.
    land
        Which units touch, where it is known or is not that of the rules alone.
    standing
        Grid number of each unit in the plan that stands now, -1 for none; without it no
        households are counted as moved.
    interrupted
        Whether the search was stopped before its end.
    """
    units, land = ground.units, land or terrain(ground, task.rules)
    count = int((~special).sum())
    bound = sum(b.grids for b in found.bounds)
    over = task.load > task.capacity if task.rules.caps else np.zeros(len(units), bool)
    posts = dict(zip(units["unit_id"][over].astype(str), _posts(task, over), strict=True))
    estimated = units["households_estimated"].to_numpy(bool)
    households = units["households"].to_numpy(np.int64)
    moved = {}
    if standing is not None:
        moved["households_moved"] = float(households_moved(standing, labels, households))
    splits = split_courtyards(task, units, labels)
    return Certificate(
        grids=count,
        lower_bound=bound,
        reasons=(*reasons(task, found, units, grids, labels), *([_STOPPED] if interrupted else [])),
        over_cap=tuple(sorted(posts)),
        over_cap_posts={unit: posts[unit] for unit in sorted(posts)},
        courtyards_split=tuple(split.courtyard_id for split in splits),
        splits=splits,
        interrupted=interrupted,
        special=int(special.sum()),
        measures={**_measures(ground, land, labels, special, grids), **moved},
        proven=count == bound,
        capacity=task.capacity,
        target_load=task.target,
        total_load=int(task.load.sum()),
        components=int(found.component.max(initial=-1)) + 1,
        households=int(households.sum()),
        households_estimated=int(households[estimated].sum()),
        households_kinds=_households_kinds(units),
        prices=_prices(found, units),
    )


def _prices(found: Found, units: pd.DataFrame) -> dict[str, int]:
    """Price of each piece, said of its first unit."""
    first = pd.Series(units["unit_id"].astype(str).to_numpy(object)).groupby(found.piece).min()
    worth = found.price[first.index.to_numpy()]
    return {u: int(p) for u, p in sorted(zip(first, worth, strict=True)) if p}


def split_courtyards(task: Task, units: pd.DataFrame, labels: Ints) -> tuple[Split, ...]:
    """Courtyards in several grids, by id, each with the reason and the fewest grids it needs."""
    number, names = pd.factorize(units["courtyard_id"].to_numpy(object), use_na_sentinel=True)
    inside = number >= 0
    held = np.unique(number[inside] * (labels.max(initial=0) + 1) + labels[inside])
    grids = np.bincount(held // (labels.max(initial=0) + 1), minlength=len(names))
    load, size = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    np.add.at(load, number[inside], task.load[inside])
    np.add.at(size, number[inside], np.minimum(task.load, task.target)[inside])
    several = np.flatnonzero(grids > 1)
    several = several[np.argsort(names[several])]
    return tuple(
        _split(task, str(names[k]), int(grids[k]), int(load[k]), int(size[k])) for k in several
    )


def _split(task: Task, courtyard: str, grids: int, load: int, size: int) -> Split:
    if not task.rules.keep_courtyards:
        en = f"{courtyard} lies in {grids} grids: the rules let courtyards be split."
        zh = f"{courtyard} 分属 {grids} 个网格：规则允许拆分小区。"
        return Split(courtyard, "not_kept", grids, 1, en, zh)
    if load <= task.capacity:
        en = f"{courtyard} lies in {grids} grids: a hard barrier or gap cuts it apart."
        zh = f"{courtyard} 分属 {grids} 个网格：被硬阻隔或间断切开。"
        return Split(courtyard, "cut_apart", grids, 1, en, zh)
    least = max(2, -(-size // task.target))
    full = load / task.capacity
    en = f"{courtyard} lies in {grids} grids: it fills {full:.2f} and needs at least {least}."
    zh = f"{courtyard} 分属 {grids} 个网格：折合 {full:.2f} 个满额网格，至少需要 {least} 个。"
    return Split(courtyard, "too_large", grids, least, en, zh)


def _posts(task: Task, over: Flags) -> list[int]:
    return [int(p) for p in -(-task.load[over] // task.capacity)]


def _households_kinds(units: pd.DataFrame) -> tuple[str, ...]:
    counted = units.loc[units["households"] > 0, "households_kind"].dropna()
    return tuple(sorted(map(str, counted.unique())))


def _measures(
    ground: Ground, land: Terrain, labels: Ints, special: Flags, grids: pd.DataFrame
) -> dict[str, float]:
    """Figures of the grids that are not special; metres of the ground's CRS."""
    if special.all():
        return {}
    shapes = grid_shapes(ground, labels)[~special]
    ordinary = grids[~special]
    load = ordinary["load"]
    households = ordinary["households"]
    apart = np.abs(deviation(grids["load_units"].to_numpy(np.int64), special))
    crowd = households.to_numpy(np.float64)
    spread = float(shapes["inertia_m2"] @ crowd / max(crowd.sum(), 1.0))
    return {
        "polsby_popper_mean": round(float(shapes["polsby_popper"].mean()), 4),
        "polsby_popper_min": round(float(shapes["polsby_popper"].min()), 4),
        "reock_mean": round(float(shapes["reock"].mean()), 4),
        "reock_min": round(float(shapes["reock"].min()), 4),
        "inertia_m2": round(spread, 4),
        "cut_edges": float((labels[land.i] != labels[land.j]).sum()),
        "load_mean": round(float(load.mean()), 4),
        "load_max": round(float(load.max()), 4),
        "deviation_max": round(float(apart.max()), 4),
        "households_min": float(households.min()),
        "households_max": float(households.max()),
        "posts_needed": float(grids["posts_needed"].sum()),
        "posts_by_visits": float(grids["posts_by_visits"].sum()),
        "round_m_mean": round(float(ordinary["round_m"].mean()), 4),
        "round_m_max": round(float(ordinary["round_m"].max()), 1),
    }
