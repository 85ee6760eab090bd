"""Why k parts within limits cannot be, and how many of them each component gets."""

from __future__ import annotations

import numpy as np

from gis.errors import Infeasible, first_ids
from gis.partition.graph import Ints
from gis.partition.instance import Instance

_HEAVY_LOOKED_AT = 200


def shares_of(instance: Instance, component: Ints) -> tuple[int, ...]:
    """
    Number of parts for each component, as near to its share of the weight as can be.

    Raises
    ------
    Infeasible
        No k connected parts within the limits exist, for a reason that can be told at once:
        total, units, a unit too heavy, a component, or a heavy unit in the middle.
    """
    k, low, high = instance.k or 1, instance.low, instance.high
    graph, total = instance.graph, int(instance.graph.load.sum())
    if k > graph.size:
        raise Infeasible(
            f"{k} parts are asked for but there are only {graph.size} units.",
            f"要求 {k} 个部分，但只有 {graph.size} 个单元。",
        )
    if not k * low <= total <= k * high:
        raise Infeasible(
            f"{k} parts of {low} to {high} hold {k * low} to {k * high} in all, but the units "
            f"weigh {total}: change k, L or U.",
            f"{k} 个部分各 {low} 至 {high}，合计 {k * low} 至 {k * high}，而单元总重为 {total}："
            "请调整 k、L 或 U。",
        )
    refuse_heavy(instance, high)
    weight = np.bincount(component, graph.load).astype(np.int64)
    size = np.bincount(component)
    least = np.maximum(1, -(-weight // max(high, 1)))
    most = np.minimum(size, weight // low) if low else size
    tight = np.flatnonzero(least > most)
    if len(tight):
        names = first_ids(instance.ids[int(np.argmax(component == c))] for c in tight)
        raise Infeasible(
            f"Components that cannot be made of parts of {low} to {high} (each is named by one "
            f"unit): {names}. Join them to the rest by an edge.",
            f"有连通块无法划成 {low} 至 {high} 的部分（各举一个单元）：{names}。请用边与其余相连。",
        )
    if not least.sum() <= k <= most.sum():
        raise Infeasible(
            f"The {len(size)} components allow {least.sum()} to {most.sum()} parts, not {k}.",
            f"{len(size)} 个连通块只能划成 {least.sum()} 至 {most.sum()} 个部分，不能是 {k} 个。",
        )
    _refuse_middle(instance, component, k)
    shares = least.copy()
    for _ in range(k - int(least.sum())):
        free = np.where(shares < most, weight / (shares + 0.5), -1.0)
        shares[int(np.argmax(free))] += 1
    return tuple(int(s) for s in shares)


def refuse_heavy(instance: Instance, limit: int) -> None:
    """Raise Infeasible when a unit alone is heavier than a part may be."""
    heavy = np.flatnonzero(instance.graph.load > limit)
    if len(heavy):
        names = first_ids(instance.ids[int(v)] for v in heavy)
        raise Infeasible(
            f"Units heavier than a part may be ({limit}): {names}. Split them or raise the limit.",
            f"有单元重于一个部分的上限（{limit}）：{names}。请拆分这些单元或提高上限。",
            units=[instance.ids[int(v)] for v in heavy[:20]],
        )


def _refuse_middle(instance: Instance, component: Ints, k: int) -> None:
    """Refuse when the rest of the graph without one heavy unit cannot hold the other parts."""
    graph, low, high = instance.graph, instance.low, instance.high
    if low == 0 or k < 2 or graph.size > 20_000:
        return
    components = int(component.max()) + 1
    for v in np.argsort(-graph.load, kind="stable")[:_HEAVY_LOOKED_AT]:
        others = np.arange(graph.size) != v
        piece = graph.components(others)
        if piece.max(initial=-1) + 1 <= components:
            continue
        weight = np.bincount(piece[others], graph.load[others])
        stuck = int(graph.load[v] + weight[weight < low].sum())
        if stuck > high or int((weight // low).sum()) < k - 1:
            name = instance.ids[int(v)]
            raise Infeasible(
                f"Unit {name} stands in the middle: without it the graph falls into pieces too "
                f"light for parts of at least {low}, and with them its own part is above {high} "
                f"or fewer than {k} parts remain. Lower L, raise U or add edges.",
                f"单元 {name} 居中：去掉它后，图分成若干块，不足以各成 {low} 以上的部分；"
                f"并入后又超过 {high}，或不足 {k} 个部分。请降低 L、提高 U 或增加边。",
                unit=name,
            )
