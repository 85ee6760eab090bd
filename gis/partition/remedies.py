"""What would make a refused division possible: changes tried and solved before they are said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gis.borders import components, contiguity
from gis.cells import Ground
from gis.errors import Infeasible
from gis.partition.loads import loads
from gis.partition.rules import RuleSet

Attempt = Callable[[Ground, RuleSet], object]
"""Divides a ground under rules, or raises Infeasible."""

_MOST_MORE = 8
_MOST_BARRIERS = 12
_MOST_COURTYARDS = 12


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change that is known to make the division possible."""

    kind: str
    en: str
    zh: str
    ids: tuple[str, ...] = ()
    target: int | None = None


def advised(refusal: Infeasible, ground: Ground, rules: RuleSet, attempt: Attempt) -> Infeasible:
    """
    Add to a refusal the smallest changes that make the division possible.

    Tried, each alone: another number of grids (the nearest), one stretch of a hard barrier
    opened (the longest between each two parts), one courtyard split (the largest first), and
    the bare cap instead of the fill. Only what `attempt` has solved is said; the effort is
    bounded by some 40 attempts.

    Returns
    -------
    refusal
        With a sentence more and the changes in its details as ``remedies``; the same when
        nothing that was tried helps.
    """
    found = [remedy for remedy in _remedies(refusal, ground, rules, attempt) if remedy]
    if not found:
        return refusal
    en = "; or ".join(r.en for r in found)
    zh = "；或".join(r.zh for r in found)
    return Infeasible(
        f"{refusal.message('en')} Tried and possible: {en}.",
        f"{refusal.message('zh')}经试算可行：{zh}。",
        **{**refusal.context, "remedies": [_row(r) for r in found]},
    )


def _row(remedy: Remedy) -> dict[str, object]:
    ids = list(remedy.ids)
    return {"kind": remedy.kind, "ids": ids, "target": remedy.target, "en": remedy.en}


def _remedies(
    refusal: Infeasible, ground: Ground, rules: RuleSet, attempt: Attempt
) -> Iterator[Remedy | None]:
    def works(place: Ground, under: RuleSet) -> bool:
        try:
            attempt(place, under)
        except Infeasible:
            return False
        return True

    for tried in (_another_number, _opened, _split, _full):
        yield next((r for r, g, u in tried(refusal, ground, rules) if works(g, u)), None)


Change = tuple[Remedy, Ground, RuleSet]


def _another_number(refusal: Infeasible, ground: Ground, rules: RuleSet) -> Iterator[Change]:
    """The nearest other number of grids: upwards where too few are asked for, else downwards."""
    if not isinstance(rules.target, int):
        return
    asked = rules.target
    most = refusal.context.get("most")
    if isinstance(most, int):
        numbers = range(most, max(most - _MOST_MORE, 0), -1)
    else:
        least = refusal.context.get("lower_bound")
        first = max(asked + 1, least if isinstance(least, int) else 0)
        numbers = range(first, first + _MOST_MORE)
    for number in numbers:
        more = number - asked
        said = f"{more} more" if more > 0 else f"{-more} fewer"
        zh = f"多 {more} 个" if more > 0 else f"少 {-more} 个"
        remedy = Remedy(
            "target", f"{number} grids ({said})", f"改为 {number} 个网格（{zh}）", (), number
        )
        yield remedy, ground, replace(rules, target=number)


def _opened(_: Infeasible, ground: Ground, rules: RuleSet) -> Iterator[Change]:
    """The longest stretch of hard barrier between each two parts, opened by a bridge or gate."""
    part = components(contiguity(ground, set(rules.hard_barriers)))
    borders = ground.borders[ground.borders["right"] >= 0]
    left, right = borders["left"].to_numpy(np.int64), borders["right"].to_numpy(np.int64)
    low, high = np.minimum(part[left], part[right]), np.maximum(part[left], part[right])
    frame = pd.DataFrame({"low": low, "high": high, "length": borders["length_m"].to_numpy()})
    frame["row"] = borders.index
    apart = frame[frame["low"] != frame["high"]].sort_values("length", ascending=False)
    names = ground.units["unit_id"].to_numpy(object)
    for row in apart.drop_duplicates(["low", "high"])["row"].head(_MOST_BARRIERS):
        a, b = (str(names[int(ground.borders[side].loc[row])]) for side in ("left", "right"))
        changed = ground.borders.copy()
        changed.loc[row, "passage"] = True
        what = str(ground.borders["runs_along"].loc[row])
        yield (
            Remedy(
                "barrier",
                f"the {what} opened by a bridge or gate between {a} and {b}",
                f"在 {a} 与 {b} 之间打通阻隔",
                (a, b),
            ),
            replace(ground, borders=changed),
            rules,
        )


def _split(_: Infeasible, ground: Ground, rules: RuleSet) -> Iterator[Change]:
    """One courtyard that is kept whole, split."""
    if not rules.keep_courtyards:
        return
    load, capacity = loads(ground.units, rules)
    yards = ground.units["courtyard_id"].to_numpy(object)
    table = pd.DataFrame({"yard": yards, "load": load}).dropna()
    table = table.groupby("yard")["load"].agg(["sum", "size"])
    whole = table[(table["sum"] <= capacity) & (table["size"] > 1) & (table["sum"] > 0)]
    for yard in whole.sort_values("sum", ascending=False, kind="stable").index[:_MOST_COURTYARDS]:
        # Its cap goes by the kind, which stays.
        units = ground.units.copy()
        units.loc[yards == yard, "courtyard_id"] = None
        remedy = Remedy("courtyard", f"courtyard {yard} split", f"拆分小区 {yard}", (str(yard),))
        yield remedy, replace(ground, units=units), rules


def _full(_: Infeasible, ground: Ground, rules: RuleSet) -> Iterator[Change]:
    """The bare cap."""
    if rules.caps and rules.fill < 1:
        remedy = Remedy("fill", "grids filled to the cap (fill 1.0)", "按上限用足（填充率 1.0）")
        yield remedy, ground, replace(rules, fill=1.0)
