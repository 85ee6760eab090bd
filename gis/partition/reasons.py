"""Why so many grids, and why some are as they are: sentences of the certificate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis.errors import first_ids
from gis.partition.graph import Ints
from gis.partition.search import Found, Task

Sentence = dict[str, str]


def reasons(
    task: Task, found: Found, units: pd.DataFrame, grids: pd.DataFrame, labels: Ints
) -> list[Sentence]:
    """Sentences in Chinese and English, the strongest ground of the bound first."""
    sentences = [_total(task, found)] if task.rules.caps else [_parts_only(task, found)]
    if len(found.bounds) > 1:
        sentences.append(_components(found))
    if task.rules.caps:
        sentences += [*_lone(task, found, units), *_packing(found), *_prices(found)]
        sentences += _searched(found)
    return [*sentences, *_special(found), *_small(task, found, grids, labels)]


def _sentence(en: str, zh: str) -> Sentence:
    return {"en": en, "zh": zh}


def _total(task: Task, found: Found) -> Sentence:
    size = np.minimum(found.graph.load, task.target)
    full = float(size.sum()) / task.capacity
    least = -(-int(size.sum()) // task.target)
    share = f"{task.rules.fill:.0%}"
    return _sentence(
        f"The households fill {full:.2f} grids; at most {share} of each may be used, "
        f"which takes at least {least}.",
        f"全部户数折合 {full:.2f} 个满额网格，每格按 {share} 使用，至少需要 {least} 个。",
    )


def _parts_only(task: Task, found: Found) -> Sentence:
    return _sentence(
        f"Exactly {task.rules.target} grids are asked for and there is no cap; "
        f"{len(found.bounds)} would be enough.",
        f"要求恰好 {task.rules.target} 个网格且不设上限；最少 {len(found.bounds)} 个即可。",
    )


def _components(found: Found) -> Sentence:
    count = len(found.bounds)
    return _sentence(
        f"Barriers cut the community into {count} parts with households; each needs grids of "
        "its own.",
        f"阻隔把社区分成 {count} 个有户的部分，各部分须单独设格。",
    )


def _lone(task: Task, found: Found, units: pd.DataFrame) -> list[Sentence]:
    ids = units["unit_id"].to_numpy(object)
    over = ids[task.load > task.capacity]
    sentences = []
    if len(over):
        sentences.append(
            _sentence(
                f"{len(over)} units exceed a full grid by themselves and cannot be divided: "
                f"{first_ids(over)}.",
                f"{len(over)} 个不可分单元本身超过上限：{first_ids(over)}。",
            )
        )
    lone = int(sum(b.alone.sum() for b in found.bounds)) - len(over)
    if lone > 0:
        sentences.append(
            _sentence(
                f"{lone} buildings or whole courtyards are too large to share a grid with any "
                "neighbour; each is a grid by itself.",
                f"{lone} 个楼栋或整院体量过大，无法与任何相邻单元合并，各自成格。",
            )
        )
    return sentences


def _packing(found: Found) -> list[Sentence]:
    least = sum(b.by_bins for b in found.bounds)
    by_total = sum(b.by_total for b in found.bounds)
    if least <= by_total:
        return []
    return [
        _sentence(
            f"What cannot be joined leaves room unused: {least - by_total} more than the total "
            f"asks for, so at least {least} in all.",
            f"无法合并的部分留下空余，比按总量多 {least - by_total} 个，共至少 {least} 个。",
        )
    ]


def _prices(found: Found) -> list[Sentence]:
    least = sum(b.grids - b.by_search for b in found.bounds)
    more = least - sum(b.by_bins for b in found.bounds)
    if more <= 0:
        return []
    return [
        _sentence(
            f"What lies too far apart, or only beyond others, cannot share a grid: prices on the "
            f"buildings and courtyards show {more} more, at least {least} in all.",
            f"相距过远或被隔开的部分无法同格：对楼栋与小区定价可证明还需多 {more} 个，"
            f"共至少 {least} 个。",
        )
    ]


def _searched(found: Found) -> list[Sentence]:
    if not any(b.by_search for b in found.bounds):
        return []
    least = sum(b.grids for b in found.bounds)
    return [
        _sentence(
            f"All divisions into {least - 1} grids were ruled out by an exact search with HiGHS.",
            f"用 HiGHS 精确搜索，已排除分成 {least - 1} 个网格的一切方案。",
        )
    ]


def _special(found: Found) -> list[Sentence]:
    count = int(found.special.sum())
    if not count:
        return []
    return [
        _sentence(
            f"{count} parts cut off by barriers have no households; each is a special grid and "
            "does not count against the bound.",
            f"{count} 个被阻隔的部分没有住户，各设为专属网格，不计入下限。",
        )
    ]


def _small(task: Task, found: Found, grids: pd.DataFrame, labels: Ints) -> list[Sentence]:
    """Tell of the grids under the minimum which must be, and which were only not avoided."""
    small = grids[[("under_minimum" in flags) for flags in grids["flags"]]]
    if small.empty:
        return []
    minimum, part = task.rules.minimum, np.zeros(len(grids), np.int64)
    part[labels] = found.component
    weight = grids["weight"].groupby(part).sum()
    least = dict(zip(np.unique(found.component[task.load > 0]), found.bounds, strict=True))
    home = pd.Series(part, index=grids.index)[small.index]
    cut = small[weight[home].to_numpy() < minimum]
    spare = {c: int(weight[c]) // minimum - least[c].grids for c in home.unique()}
    forced = small[(home.map(spare) < 0) & ~small.index.isin(cut.index)]
    rest = small.drop(index=[*cut.index, *forced.index])
    said = [
        (cut, "their part of the community has fewer", "所在部分的总户数不足"),
        (
            forced,
            "the fewest grids that the cap allows are more than the households can fill to it",
            "按上限至少要这么多网格，户数不足以使每格达到下限",
        ),
        (
            rest,
            "no exchange with one or two neighbours that lifts them was found, which is no proof",
            "未找到与一两个相邻网格调整即可达标的办法（并非证明）",
        ),
    ]
    return [
        _sentence(
            f"{len(rows)} grids stay under the minimum of {minimum} "
            f"({first_ids(rows['name'])}): {en}.",
            f"{len(rows)} 个网格低于下限 {minimum}（{first_ids(rows['name'])}）：{zh}。",
        )
        for rows, en, zh in said
        if len(rows)
    ]
