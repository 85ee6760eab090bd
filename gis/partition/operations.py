"""Two operations of a planner on grids that stand: split one, merge some."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from gis.cells import Ground
from gis.errors import Infeasible, InputError, first_ids
from gis.numbering import grid_name
from gis.partition.engine import Effort, Wishes
from gis.partition.graph import Ints, PieceGraph, connected_parts
from gis.partition.quota import divide_exactly
from gis.partition.redrawn import Redrawn, rules_kept
from gis.partition.repair import checked_locks
from gis.partition.rules import RuleSet, changed_rules
from gis.partition.standing import UNASSIGNED, Flags, Standing, checked_labels, standing_on

_KINDS_ZH = {
    "old": "老旧小区",
    "new": "新建小区",
    "resettlement": "安置小区",
    "commercial": "商业小区",
    "other": "其他小区",
    "none": "小区以外",
}
_EFFORT = Effort(flips=400, restarts=4)


def split(
    ground: Ground,
    rules: RuleSet,
    labels: npt.ArrayLike,
    grid: int,
    parts: int,
    *,
    locked: Collection[int] = (),
    seed: int = 1,
) -> Redrawn:
    """
    Split one grid into even, contiguous parts within the cap; no other grid changes.

    The part with most households keeps the number. Courtyards that fit one grid stay whole
    where they lie in the grid as a whole.

    Parameters
    ----------
    ground, rules
        As for `gis.partition.divide.divide`.
    labels
        Grid number of each unit; -1 for none.
    grid, parts
        The grid, and how many to make of it (at least 2).

    Raises
    ------
    Infeasible
        The grid is locked or in several pieces, has fewer indivisible pieces with households
        than parts are asked for, or that many parts within the cap were not found.
    InputError
        There is no such grid, or fewer than 2 parts are asked for.
    """
    numbers = checked_labels(labels, len(ground.units))
    check_grids(numbers, [grid], locked)
    if parts < 2:
        raise InputError(
            f"A grid is split into at least 2 parts, not {parts}.",
            f"拆分网格至少为 2 份，不能是 {parts} 份。",
        )
    view = standing_on(ground, rules, numbers, held=numbers != grid)
    nodes = np.unique(view.piece[numbers == grid])
    graph = view.graph.part(nodes)
    _refuse_apart(graph, grid)
    loaded = int((graph.load > 0).sum())
    if loaded < parts:
        raise Infeasible(
            f"{_name(grid)} cannot be split into {parts}: it has only {loaded} indivisible "
            f"pieces with households. Ask for at most {loaded}, or let courtyards be split.",
            f"{_name(grid)}无法拆成 {parts} 份：有户的不可分单元只有 {loaded} 个。"
            f"请不超过 {loaded} 份，或允许拆分小区。",
            grid=grid,
            most=loaded,
        )
    halves = _parts_within(view, graph, parts, grid, seed)
    new = numbers.copy()
    piece_label = np.full(view.graph.size, UNASSIGNED)
    piece_label[nodes] = _numbered(view, nodes, halves, grid, numbers)
    mine = numbers == grid
    new[mine] = piece_label[view.piece[mine]]
    kept = _any_number(rules_kept(ground, rules, new))
    return Redrawn(ground, kept, numbers, new.astype(np.int32), seed)


def _parts_within(view: Standing, graph: PieceGraph, parts: int, grid: int, seed: int) -> Ints:
    """Even parts within the fill, or else within the cap."""
    task, load = view.task, int(graph.load.sum())
    wishes = Wishes(task.rules.goal("balance"), task.rules.goal("compactness"))
    mean = load / parts
    if not task.rules.caps:
        rng = np.random.default_rng(seed)
        return divide_exactly(graph, None, parts, mean, rng, wishes, _EFFORT)
    reason: Infeasible | None = None
    for cap in (task.target, task.capacity):
        clipped = PieceGraph(
            np.minimum(graph.load, cap),
            graph.x,
            graph.y,
            graph.mass,
            graph.i,
            graph.j,
            graph.length,
        )
        rng = np.random.default_rng(seed)
        try:
            return divide_exactly(clipped, cap, parts, mean, rng, wishes, _EFFORT)
        except Infeasible as error:
            reason = error
    assert reason is not None  # noqa: S101 - both caps were tried
    full = load / task.capacity
    found = reason.context.get("found", "more")
    raise Infeasible(
        f"{_name(grid)} cannot be split into {parts} within the cap: it fills {full:.2f} grids, "
        f"and the fewest found is {found}.",
        f"{_name(grid)}无法在上限内拆成 {parts} 份：其负荷折合 {full:.2f} 个满额网格，"
        f"目前最少为 {found} 份。",
        grid=grid,
        load=full,
    ) from reason


def _numbered(view: Standing, nodes: Ints, halves: Ints, grid: int, numbers: Ints) -> Ints:
    """Let the part with most households keep the number; the others go on after the highest."""
    crowd = np.bincount(view.piece, view.weight, view.graph.size)[nodes]
    total = np.bincount(halves, crowd)
    order = np.argsort(-total, kind="stable")
    top = int(numbers.max()) + 1
    number = np.empty(len(total), np.int64)
    number[order] = [grid, *range(top, top + len(total) - 1)]
    return number[halves]


def merge(
    ground: Ground,
    rules: RuleSet,
    labels: npt.ArrayLike,
    grids: Sequence[int],
    *,
    locked: Collection[int] = (),
) -> Redrawn:
    """
    Merge grids into one, which keeps the number of the one with most households.

    Raises
    ------
    Infeasible
        A grid is locked, they do not touch, or together they exceed the cap; the message says by
        how much.
    InputError
        Fewer than two grids are named, or one that is not there.
    """
    numbers = checked_labels(labels, len(ground.units))
    wanted = sorted(set(grids))
    if len(wanted) < 2:
        raise InputError(
            "Name at least two different grids to merge.", "请填写至少两个不同的网格进行合并。"
        )
    check_grids(numbers, wanted, locked)
    view = standing_on(ground, rules, numbers)
    inside = np.isin(numbers, wanted)
    _refuse_not_touching(view, numbers, wanted, inside)
    _refuse_over_cap(ground, view, wanted, inside)
    crowd = [int(view.weight[numbers == g].sum()) for g in wanted]
    heir = wanted[int(np.argmax(crowd))]
    new = np.where(inside, heir, numbers)
    kept = _any_number(rules_kept(ground, rules, new))
    return Redrawn(ground, kept, numbers, new.astype(np.int32))


def _any_number(rules: RuleSet) -> RuleSet:
    """Exactly k grids with a cap become as many as drawn: the planner asked for another number."""
    if rules.target == "fewest" or not rules.caps:
        return rules
    return changed_rules(rules, target="fewest")


def check_grids(numbers: Ints, wanted: Sequence[int], locked: Collection[int]) -> None:
    """
    Go on only when the grids have units and none is locked.

    Raises
    ------
    InputError
        One has no units.
    Infeasible
        One is locked.
    """
    missing = [g for g in wanted if not (numbers == g).any() or g == UNASSIGNED]
    if missing:
        raise InputError(
            f"There is no grid {first_ids(missing)}; name numbers of grids that have units.",
            f"没有网格 {first_ids(missing)}；请填写已有单元的网格编号。",
            grids=missing,
        )
    shut = sorted(checked_locks(numbers, locked) & set(wanted))
    if shut:
        raise Infeasible(
            f"{_names(shut)} is locked: unlock it first.",
            f"{_names(shut)}已锁定：请先解除锁定。",
            grids=shut,
        )


def _name(grid: int) -> str:
    return grid_name(grid + 1)


def _names(grids: Sequence[int]) -> str:
    return "、".join(_name(g) for g in grids)


def _refuse_apart(graph: PieceGraph, grid: int) -> None:
    parts = int(graph.components().max(initial=0)) + 1
    if parts > 1:
        raise Infeasible(
            f"{_name(grid)} lies in {parts} pieces that do not touch: repair it before it is "
            "split.",
            f"{_name(grid)}不连片（{parts} 块）：请先修复再拆分。",
            grid=grid,
        )


def _refuse_not_touching(view: Standing, numbers: Ints, wanted: list[int], inside: Flags) -> None:
    land = view.land
    joined = inside[land.i] & inside[land.j]
    part = connected_parts(len(numbers), land.i[joined], land.j[joined])
    home = part[inside]
    if len(np.unique(home)) == 1:
        return
    first = part[numbers == wanted[0]]
    apart = [g for g in wanted if not np.isin(part[numbers == g], first).any()] or wanted
    raise Infeasible(
        f"{_names(wanted)} do not make one contiguous grid: {_names(apart)} lies apart, or only a "
        "barrier or a corner is between. Choose grids that touch.",
        f"{_names(wanted)}合并后不连片：{_names(apart)}与其余不相接，"
        "或仅隔阻隔、角点相连。请选择相邻网格。",
        grids=apart,
    )


def _refuse_over_cap(ground: Ground, view: Standing, wanted: list[int], inside: Flags) -> None:
    task = view.task
    load = int(task.load[inside].sum())
    if not task.rules.caps or load <= task.capacity:
        return
    units = ground.units[inside]
    kinds = units["courtyard_kind"].astype(object).where(units["courtyard_kind"].notna(), "none")
    counts = units["households"].groupby(kinds.to_numpy()).sum()
    caps = {k: task.rules.cap(None if k == "none" else str(k)) for k in counts.index}
    there = {str(k): int(n) for k, n in counts.items() if n}
    told = ", ".join(f"{n} where the cap is {caps[k]} ({k})" for k, n in there.items())
    told_zh = "，".join(f"{_KINDS_ZH[k]} {n} 户（上限 {caps[k]}）" for k, n in there.items())
    share = load / task.capacity
    raise Infeasible(
        f"{_names(wanted)} together are at {share:.1%} of the cap, {share - 1:.1%} too much: "
        f"households {told}. Leave a grid out, or move buildings to another first.",
        f"{_names(wanted)}合并后负荷为上限的 {share:.1%}，超出 {share - 1:.1%}：{told_zh}。"
        "请少选一个网格，或先移出部分楼栋。",
        grids=wanted,
        load=share,
        households=there,
        caps={str(k): c for k, c in caps.items()},
    )
