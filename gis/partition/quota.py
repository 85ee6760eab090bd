"""Exactly k grids: how many each connected part of a community gets, and their division."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gis.errors import Infeasible
from gis.partition.engine import Effort, Wishes, exactly
from gis.partition.fewest import divide_graph
from gis.partition.graph import Ints, PieceGraph

_MOST_STARTS = 8
_PIECES = 2400
"""Pieces of a graph that is divided evenly no more often than others; small ones cost little."""


@dataclass(frozen=True, slots=True)
class Part:
    """One connected part: fewest grids it needs, most it can give, and its load."""

    fewest: int
    most: int
    load: int


def share_grids(parts: list[Part], grids: int) -> list[int]:
    """
    Give each part its number of grids so that the fullest is as empty as can be.

    Raises
    ------
    Infeasible
        The parts need more grids than asked for, or have fewer loaded pieces.

    Examples
    --------
    >>> share_grids([Part(1, 9, 200), Part(1, 9, 100)], 3)
    [2, 1]
    """
    need, most = sum(p.fewest for p in parts), sum(p.most for p in parts)
    if need > grids:
        raise _too_few(parts, need, grids)
    if most < grids:
        raise Infeasible(
            f"{grids} grids cannot be made: there are only {most} indivisible pieces with "
            f"households. Ask for at most {most} grids, or let courtyards be split.",
            f"无法划成 {grids} 个网格：有户的不可分单元只有 {most} 个。"
            f"请减少到 {most} 个以内，或允许拆分小区。",
            target=grids,
            most=most,
        )
    shares = [p.fewest for p in parts]
    for _ in range(grids - need):
        open_parts = [k for k, p in enumerate(parts) if shares[k] < p.most]
        fullest = max(open_parts, key=lambda k: (parts[k].load / max(shares[k], 0.5), -k))
        shares[fullest] += 1
    return shares


def divide_exactly(
    graph: PieceGraph,
    cap: int | None,
    grids: int,
    mean: float,
    rng: np.random.Generator,
    wishes: Wishes,
    effort: Effort,
) -> Ints:
    """
    Divide a connected graph into exactly `grids` grids, within `cap` when there is one.

    When the even division does not fit the cap, the fewest grids are made and the heaviest of
    them cut until there are enough.

    Raises
    ------
    Infeasible
        The search needs more than `grids` grids under the cap.
    """
    even = exactly(graph, cap, grids, mean, rng, wishes, _patient(effort, graph, grids))
    if even is not None or cap is None:
        assert even is not None  # noqa: S101 - without a cap there is always an answer
        return even
    labels = divide_graph(graph, cap, rng, wishes=wishes, effort=effort).labels
    found = int(labels.max()) + 1
    if found > grids:
        raise Infeasible(
            f"{grids} grids within the cap were not found; the fewest found are {found}. "
            f"Ask for {found} grids, raise the cap or the fill, or open a barrier.",
            f"未找到不超上限的 {grids} 个网格，目前最少为 {found} 个。"
            f"请改为 {found} 个，或提高上限、填充率，或打开阻隔。",
            target=grids,
            found=found,
        )
    for new in range(found, grids):
        labels = _cut_heaviest(graph, cap, labels, new, rng, wishes, effort)
    return labels


def _patient(effort: Effort, graph: PieceGraph, grids: int) -> Effort:
    """
    Start more often where that is cheap: few zones that are even leave little room for shape.

    Of three zones of 220 pieces one start in eight left 9 % of deviation by the seed, eight
    times as many 1 %.
    """
    if grids < 2:
        return effort
    times = min(max(_PIECES // max(graph.size, 1), 1), _MOST_STARTS)
    return replace(effort, restarts=effort.restarts * times)


def _cut_heaviest(
    graph: PieceGraph,
    cap: int,
    labels: Ints,
    new: int,
    rng: np.random.Generator,
    wishes: Wishes,
    effort: Effort,
) -> Ints:
    load = np.bincount(labels, graph.load, new)
    several = np.bincount(labels, graph.load > 0, new) > 1
    heaviest = int(np.argmax(np.where(several, load, -1)))
    nodes = np.flatnonzero(labels == heaviest)
    halves = exactly(graph.part(nodes), cap, 2, load[heaviest] / 2, rng, wishes, effort)
    assert halves is not None  # noqa: S101 - both halves weigh less than the whole did
    labels = labels.copy()
    labels[nodes[halves == 1]] = new
    return labels


def _too_few(parts: list[Part], need: int, grids: int) -> Infeasible:
    cut = sum(p.fewest > 0 for p in parts)
    why_en = f"the rules need at least {need}"
    why_zh = f"按规则至少需要 {need} 个"
    if cut > 1:
        why_en += f", because barriers cut the community into {cut} parts with households"
        why_zh += f"，因为阻隔把社区分成 {cut} 个有户的部分"
    return Infeasible(
        f"{grids} grids are not possible: {why_en}. Ask for {need} grids, raise the cap or open "
        "a barrier by a gate or bridge.",
        f"无法划成 {grids} 个网格：{why_zh}。请改为 {need} 个，或提高上限、打通阻隔。",
        target=grids,
        lower_bound=need,
    )
