"""
The graph face: divide any weighted graph into connected parts, with a certificate.

Two problems: as few parts as possible under a cap; or exactly k parts of a weight from L to U
with the fewest cut edges or the least inertia.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from gis.errors import Infeasible, InputError
from gis.partition import annealer, centres, hess
from gis.partition.bounds import fewest_grids
from gis.partition.capped import Packing
from gis.partition.centred import CentreSearch
from gis.partition.clock import Budget, Clock, Tell
from gis.partition.districts import District, Hunt, settled
from gis.partition.engine import adopt_unlabelled, engine_pieces
from gis.partition.exact import exact_division, is_small
from gis.partition.graph import Ints, PieceGraph, connected_parts, piece_graph
from gis.partition.instance import Instance, Objective
from gis.partition.power import make_whole, power_diagram
from gis.partition.recutting import Recuts
from gis.partition.shares import refuse_heavy, shares_of
from gis.partition.surplus import walk_surplus
from gis.partition.ways import turns_of

_POLISH_ROUNDS = 1
_BOUND_SHARE = 0.05  # of the seconds, for the bound on inertia
_LOADING_S = 3.0  # longer than this was a compilation


@dataclass(frozen=True, slots=True)
class Metrics:
    """Parts, edges between parts, inertia (None without places), lightest and heaviest part."""

    parts: int
    cut_edges: int
    inertia: float | None
    lightest: int
    heaviest: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Lower bound of the objective, why it holds (en, zh), and whether the answer meets it."""

    objective: Objective
    value: float
    lower_bound: float
    reason: dict[str, str]
    proven: bool


@dataclass(frozen=True)
class Solution:
    """Part of each unit (0-based, by first unit), its metrics, its certificate, the effort."""

    labels: Ints
    metrics: Metrics
    certificate: Proof
    rounds: int
    seconds: float
    interrupted: bool = False


def solve(
    instance: Instance,
    objective: Objective | None = None,
    *,
    budget: Budget | None = None,
    rng: np.random.Generator,
    threads: int = 1,
    stopped: threading.Event | None = None,
    tell: Tell | None = None,
) -> Solution:
    """
    Divide a graph into connected parts.

    Parameters
    ----------
    instance
        Checked by `gis.partition.instance.instance_of`.
    objective
        ``parts`` (the default with a cap; with k any division within the limits will do),
        ``cut-edges`` (the default with k): edges between parts, or ``inertia``: the sum of
        weight x (distance in whole km to the part's best unit) ** 2 / 1e6. With a cap, parts
        come first and the objective second.
    budget
        10 seconds unless given. The search ends early only at a proven answer, or when its
        ``patience`` is over.
    rng
        Source of all chance: the same state and ``iterations`` give the same answer.
    threads
        Searches side by side, each with its own seed; the best is kept.
    stopped
        Once set, the search ends within about a second with the best so far.
    tell
        Called now and then, from the threads of the search, with how it stands.

    Returns
    -------
    solution
        Every part is connected and within the limits. Up to 12 units (16 for few parts) the
        answer is exact.

    Raises
    ------
    Infeasible
        No such division exists, or none was found within the budget; the message says which.
    InputError
        Inertia is asked for and a unit has no place.
    """
    chosen: Objective = objective or ("parts" if instance.cap is not None else "cut-edges")
    if chosen == "inertia" and not instance.placed:
        raise InputError(
            "Inertia needs a place for every unit: give 'x' and 'y' in metres.",
            "惯量目标需要每个单元的位置：请给出以米为单位的 x 与 y。",
        )
    watch = _started(
        budget or Budget(),
        stopped or threading.Event(),
        tell,
        capped=instance.cap is not None,
        inertia=chosen == "inertia",
    )
    order = _canonical_order(instance)
    ordered = replace(
        instance,
        graph=_reordered(instance.graph, order),
        ids=tuple(instance.ids[int(v)] for v in order),
    )
    finder = _capped if instance.cap is not None else _exactly_k
    part, bound, reason = finder(ordered, chosen, watch, rng, threads)
    labels = np.empty(len(part), np.int64)
    labels[order] = part
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    labels = np.argsort(np.argsort(first))[inverse].astype(np.int64)
    metrics = measured(instance, labels)
    _check_answer(instance, labels, metrics)
    value = {
        "parts": float(metrics.parts),
        "cut-edges": float(metrics.cut_edges),
        "inertia": metrics.inertia or 0.0,
    }[chosen]
    exact = is_small(instance.graph.size, instance.k)
    lower = value if exact else bound
    proof = Proof(chosen, value, lower, _EXACT if exact else reason, value <= lower + 1e-9)
    interrupted = watch.stopped.is_set()
    return Solution(labels, metrics, proof, watch.rounds, watch.elapsed, interrupted)


def _started(
    budget: Budget,
    stopped: threading.Event,
    tell: Tell | None,
    *,
    capped: bool = True,
    inertia: bool = True,
) -> Clock:
    """
    Load the compiled loops of one kind of problem, and none of the others: they take memory.

    A first compilation (once after installing) takes no budget.
    """
    clock = Clock(budget, stopped=stopped, tell=tell)
    line = np.arange(4)
    path = piece_graph(line, line[:-1], line[1:], x=line * 1000.0)
    hunt = Hunt(District(path, path.components(), (2,), 1, 5, inertia), np.random.default_rng(0))
    hunt.round(Clock(Budget(0.0)), short=True)
    if capped:
        Packing(path, 3, 2).attempt(Clock(Budget(0.0)), hunt.state)
        idle = np.zeros(1, np.int64)
        walk_surplus(engine_pieces(path), np.zeros(4, np.int64), 1, 3, hunt.state, 2, 1, idle, 0.0)
    else:
        Recuts(hunt).round(Clock(Budget(0.0)))
    if inertia:
        power_diagram(hunt.net, 2, hunt.state)
        make_whole(hunt.net, np.zeros(4, np.int64), 1)
        if not capped:
            CentreSearch(hunt).round(Clock(Budget(None)))
            _inertia_bound(hunt.task, np.array([0, 0, 1, 1]), Clock(Budget(0.0)))
    return clock if clock.elapsed < _LOADING_S else Clock(budget, stopped=stopped, tell=tell)


def measured(instance: Instance, labels: Ints) -> Metrics:
    """Measures of a division, counted anew from the instance."""
    graph, k = instance.graph, int(labels.max()) + 1
    load = np.zeros(k, np.int64)
    np.add.at(load, labels, graph.load)
    inertia = None
    if instance.placed:
        inertia = measured_inertia(graph, labels)
    cut = int((labels[graph.i] != labels[graph.j]).sum())
    return Metrics(k, cut, inertia, int(load.min()), int(load.max()))


def measured_inertia(graph: PieceGraph, labels: Ints) -> float:
    """Inertia of a division, each part about its best unit (a very good one beyond 500 parts)."""
    k = int(labels.max()) + 1
    if k <= 500:
        return sum(_least_inertia(graph, np.flatnonzero(labels == g)) for g in range(k))
    net = annealer.net_of(graph)
    whole = annealer.Weights(0, 1 << 62, 1.0, 1.0, 0.0, 1.0)
    return float(annealer.score(net, whole, labels, settled(net, labels, k))[0])


_EXACT = {
    "en": "All divisions were compared: no other is better.",
    "zh": "已比较全部划分方案：没有更优的。",
}
_Part = TypeVar("_Part")
_Found = tuple[Ints, float, dict[str, str]]


def _least_inertia(graph: PieceGraph, members: Ints) -> float:
    least = math.inf
    x, y, w = graph.x[members] / 1000, graph.y[members] / 1000, graph.load[members]
    if len(members) > 3000:  # the best unit lies near the middle of the weight
        weights = w if w.any() else np.ones(len(w))
        off = (x - np.average(x, weights=weights)) ** 2 + (y - np.average(y, weights=weights)) ** 2
        centres = np.argsort(off)[:200]
    else:
        centres = np.arange(len(members))
    for c in centres:
        distance = np.rint(np.hypot(x - x[c], y - y[c]))
        least = min(least, float((w * distance**2).sum()) / 1e6)
    return least


def _capped(
    instance: Instance, chosen: Objective, clock: Clock, rng: np.random.Generator, threads: int
) -> _Found:
    cap, graph = instance.cap or 1, instance.graph
    refuse_heavy(instance, cap)
    component = graph.components()
    bound = fewest_grids(graph, cap)
    bare = np.bincount(component, graph.load) == 0
    least = bound.grids + int(bare.sum())
    parts = int(bare.sum())
    reason = {
        "en": f"The weights, packed into bins of {cap} within what hangs together, need "
        f"{bound.grids} parts (by total alone {bound.by_total}); {parts} components without "
        "weight need one each.",
        "zh": f"在各连通部分内按容量 {cap} 装箱，至少需要 {bound.grids} 个部分"
        f"（仅按总重为 {bound.by_total}）；另有 {parts} 个无重量的连通块各需一个。",
    }
    if is_small(graph.size, instance.k):
        exact = exact_division(annealer.net_of(graph), 0, cap, None, inertia=chosen == "inertia")
        assert exact is not None  # noqa: S101 - no unit is above the cap
        return exact, least, reason

    def search(own: Clock, seed: np.random.Generator) -> tuple[float, Ints]:
        if chosen != "parts":
            own.tell = None  # a count of parts is not what is told then
        labels = _packed(graph, component, cap, own, seed)
        return float(labels.max() + 1), labels

    labels = _side_by_side(search, clock, rng, threads)[1]
    task = _as_district(graph, component, labels, 0, cap, inertia=chosen == "inertia")
    hunt = Hunt(task, rng, reheats=1.0)
    hunt.offer(labels)
    rounds = 0
    while not clock.is_over() and (chosen != "parts" or rounds < _POLISH_ROUNDS):
        hunt.round(clock, short=chosen == "parts")
        clock.met(hunt.value if chosen != "parts" else math.inf)
        rounds += 1
    assert hunt.best is not None  # noqa: S101 - the division that was offered fits
    if chosen != "parts":
        return hunt.best, 0.0, _NO_BOUND
    return hunt.best, least, reason


def _packed(
    graph: PieceGraph, component: Ints, cap: int, clock: Clock, rng: np.random.Generator
) -> Ints:
    """Fewest parts found: each block packed once, then the unsettled ones again and again."""
    bound = fewest_grids(graph, cap)
    state = rng.integers(1, 2**63, 1, dtype=np.uint64)
    blocks = [np.flatnonzero(bound.block == b) for b in np.flatnonzero(bound.block_grids)]
    grids = bound.block_grids[bound.block_grids > 0]
    packings = [
        Packing(graph.part(nodes), cap, int(least))
        for nodes, least in zip(blocks, grids, strict=True)
    ]
    left = sum(len(nodes) for nodes in blocks)
    for packing in packings:
        seconds = clock.budget.seconds
        rest = math.inf if seconds is None else max(0.0, seconds - clock.elapsed)
        packing.attempt(clock, state, clock.elapsed + 0.9 * rest * packing.graph.size / left)
        left -= packing.graph.size
    clock.met(_parts_of(packings))
    while not clock.is_over():
        waiting = [p for p in packings if not p.is_settled]
        if not waiting:
            break
        for packing in waiting:
            if not clock.is_over():
                packing.attempt(clock, state)
                clock.met(_parts_of(packings))
    labels = np.full(graph.size, -1, np.int64)
    labels[bound.alone] = np.arange(int(bound.alone.sum()))
    for nodes, packing in zip(blocks, packings, strict=True):
        assert packing.best is not None  # noqa: S101 - a first attempt leaves an answer
        labels[nodes] = packing.best + labels.max(initial=-1) + 1
    labels = adopt_unlabelled(graph, labels)
    bare = labels < 0
    if bare.any():
        labels[bare] = np.unique(component[bare], return_inverse=True)[1] + labels.max() + 1
    return labels


def _parts_of(packings: list[Packing]) -> float:
    return float(sum(packing.parts for packing in packings))


def _exactly_k(
    instance: Instance, chosen: Objective, clock: Clock, rng: np.random.Generator, threads: int
) -> _Found:
    graph, component = instance.graph, instance.graph.components()
    shares = shares_of(instance, component)
    low, high, k = instance.low, instance.high, instance.k or 1
    inertia = chosen == "inertia"
    if is_small(graph.size, instance.k):
        exact = exact_division(annealer.net_of(graph), low, high, k, inertia=inertia)
        if exact is None:
            raise Infeasible(
                f"No {k} connected parts of {low} to {high} exist: all divisions were compared. "
                "Widen the limits or add edges.",
                f"不存在 {k} 个 {low} 至 {high} 的连通部分：已比较全部划分。请放宽限制或增加边。",
            )
        return exact, 0.0, _EXACT
    task = District(graph, component, shares, low, high, inertia)
    least, reason = (0.0, _NO_BOUND) if inertia else _cut_bound(task)
    whole = clock
    if inertia and clock.budget.seconds is not None:
        # What the bound takes at the end is kept back.
        clock = clock.shortened(1.0 - _BOUND_SHARE)

    def search(own: Clock, seed: np.random.Generator) -> tuple[float, Ints | None]:
        hunt = Hunt(task, seed)
        turns = turns_of(hunt, own)
        while not own.is_over() or own.rounds == 0:
            turns.take(lambda: hunt.value)
            own.met(hunt.value)
            if hunt.best is not None and (
                chosen == "parts" or (not inertia and hunt.value <= least) or k == graph.size
            ):
                break
        return hunt.value, hunt.best

    best = _side_by_side(search, clock, rng, threads)[1]
    whole.rounds = clock.rounds
    if best is None:
        raise Infeasible(
            f"No {k} connected parts of {low} to {high} were found within the budget; that does "
            "not prove there are none. Widen the limits or give more time.",
            f"在给定预算内未找到 {k} 个 {low} 至 {high} 的连通部分（并不证明不存在）。"
            "请放宽限制或增加时间。",
        )
    if chosen == "parts":
        return best, float(k), {"en": "Exactly k parts are asked for.", "zh": "要求恰好 k 个部分。"}
    if inertia:
        return (best, *_inertia_bound(task, best, whole))
    return best, least, reason


def _inertia_bound(task: District, best: Ints, clock: Clock) -> tuple[float, dict[str, str]]:
    """Bound over all choices of centres; none on a graph too large for all pairs of units."""
    graph = task.graph
    if graph.size > hess.LARGEST or not graph.load.any():
        return 0.0, _NO_BOUND
    net = annealer.net_of(graph)
    centre = settled(net, best, task.k).centre
    spread, price = centres.spreads(net, task.component, centre), np.zeros(task.k)
    centres.priced(net, spread, task.low, task.high, price, 300)
    served = np.where(np.isfinite(spread), spread + price[:, None], np.inf).min(axis=0)
    until = time.monotonic() + _BOUND_SHARE * (clock.budget.seconds or math.inf)
    bound = hess.hess_bound(
        net,
        task.component,
        task.k,
        (task.low, task.high),
        served,
        measured_inertia(task.graph, best),
        late=lambda: clock.stopped.is_set() or time.monotonic() > until,
    )
    return max(bound, 0.0), {
        "en": "With the best prices found, no choice of centres (Hess's model, contiguity left "
        f"out) gives an inertia below {bound:.2f}.",
        "zh": "按已找到的最优对偶价格，任何中心选择（Hess 模型，不计连通性）"
        f"的惯量都不低于 {bound:.2f}。",
    }


_NO_BOUND = {"en": "No better bound than 0 is known.", "zh": "没有比 0 更好的下界。"}


def _cut_bound(task: District) -> tuple[float, dict[str, str]]:
    """Spectral bound on cut edges, or that connected parts of a connected graph must touch."""
    graph, k = task.graph, task.k
    touch = sum(share - 1 for share in task.shares)
    spectral = 0
    if k > 1 and graph.size <= 1500 and task.low > 0:
        laplacian = -graph.adjacency.toarray()
        laplacian[np.diag_indices(graph.size)] = -laplacian.sum(axis=1)
        # Units without weight get a little: a part then weighs no less than L still.
        root = np.sqrt(np.maximum(graph.load, graph.load.mean() * 1e-3))
        values = np.linalg.eigvalsh(laplacian / np.outer(root, root))
        spectral = math.ceil(0.5 * task.low * float(values[:k].sum()) - 1e-6)
    if spectral > touch:
        return float(spectral), {
            "en": f"The {k} least eigenvalues of the graph's Laplacian, weighted by the units, "
            f"allow no fewer than {spectral} cut edges for parts of at least {task.low}.",
            "zh": f"由加权拉普拉斯矩阵最小的 {k} 个特征值，每部分不少于 {task.low} 时，"
            f"至少切断 {spectral} 条边。",
        }
    return float(touch), {
        "en": f"Parts of one component must touch: at least {touch} edges are cut.",
        "zh": f"同一连通块内的各部分必相邻：至少切断 {touch} 条边。",
    }


def _as_district(
    graph: PieceGraph, component: Ints, labels: Ints, low: int, high: int, *, inertia: bool
) -> District:
    pairs = np.unique(np.column_stack((component, labels)), axis=0)
    shares = tuple(int(s) for s in np.bincount(pairs[:, 0]))
    return District(graph, component, shares, low, high, inertia)


def _side_by_side(
    search: Callable[[Clock, np.random.Generator], tuple[float, _Part]],
    clock: Clock,
    rng: np.random.Generator,
    threads: int,
) -> tuple[float, _Part]:
    """Run searches with seeds of their own; Ctrl-C stops them and keeps the best so far."""
    clocks = [clock.split() for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        futures = [
            pool.submit(search, c, g) for c, g in zip(clocks, rng.spawn(threads), strict=True)
        ]
        while True:
            try:
                found = [future.result() for future in futures]
                break
            except KeyboardInterrupt:
                if clock.stopped.is_set():
                    raise  # asked a second time
                clock.stopped.set()
    clock.rounds += sum(c.rounds for c in clocks)
    return min(found, key=lambda f: f[0])


def _canonical_order(instance: Instance) -> Ints:
    """Order of the units by place, weight and surroundings, whatever their numbers are."""
    graph = instance.graph
    near = graph.load.astype(np.float64)
    degree = np.bincount(np.r_[graph.i, graph.j], minlength=graph.size)
    for _ in range(4):
        near = np.sqrt(2.0 + graph.adjacency @ near) + near / 3.0 + degree
    x, y = graph.x - graph.x.min(), graph.y - graph.y.min()
    return np.lexsort((near.round(6), degree, graph.load, y, x)).astype(np.int64)


def _reordered(graph: PieceGraph, order: Ints) -> PieceGraph:
    place = np.empty(graph.size, np.int64)
    place[order] = np.arange(graph.size)
    a, b = place[graph.i], place[graph.j]
    low, high = np.minimum(a, b), np.maximum(a, b)
    by = np.lexsort((high, low))
    own = (graph.load[order], graph.x[order], graph.y[order], graph.mass[order])
    return PieceGraph(*own, low[by], high[by], graph.length[by])


def _check_answer(instance: Instance, labels: Ints, metrics: Metrics) -> None:
    """Prove the promise before the answer leaves: connected, within the limits, k parts."""
    graph = instance.graph
    same = labels[graph.i] == labels[graph.j]
    pieces = int(connected_parts(graph.size, graph.i[same], graph.j[same]).max()) + 1
    high = instance.cap if instance.cap is not None else instance.high
    fits = instance.low <= metrics.lightest and metrics.heaviest <= high
    if pieces != metrics.parts or not fits or metrics.parts != (instance.k or metrics.parts):
        raise AssertionError("the search broke its own promise")
