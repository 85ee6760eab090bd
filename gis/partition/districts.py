"""
Exactly k connected parts within limits: annealing rounds from many starts.

A round starts from random tree cuts, from a balanced power diagram (inertia only) or from the
best division so far, and flips units across cut edges while the heat falls. How hot, how long
and how hard a load outside the limits is punished is drawn anew for each round, because what
suits a graph of counties (units as heavy as a part) fails on one of tracts, and the reverse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gis.partition import annealer, power, trees
from gis.partition.annealer import Net, Parts, Weights
from gis.partition.clock import Clock
from gis.partition.flips import Goals, Pieces
from gis.partition.graph import Ints, PieceGraph

State = np.ndarray[tuple[int], np.dtype[np.uint64]]

_CHUNK = 200_000
_DIAGRAMS = 20
_DIAGRAM_WORK = 4_000_000  # units x parts up to which power diagrams are drawn


@dataclass(frozen=True)
class District:
    """A graph, the number of parts in each of its components, and the limits of a part."""

    graph: PieceGraph
    component: Ints
    shares: tuple[int, ...]
    low: int
    high: int
    inertia: bool

    @property
    def k(self) -> int:
        """Parts in all."""
        return sum(self.shares)


@dataclass
class Hunt:
    """The state of one search: the best division so far, what it costs, where the last ended."""

    task: District
    rng: np.random.Generator
    reheats: float = 0.35
    best: Ints | None = None
    value: float = math.inf
    centre: Ints | None = None
    last: Ints | None = None
    fitting: float = 1.0  # how often of late an annealing met a division that fits
    net: Net = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.net = annealer.net_of(self.task.graph)
        self.state = self.rng.integers(1, 2**63, 1, dtype=np.uint64)

    def offer(self, part: Ints) -> None:
        """Keep a division that fits when it beats the best so far."""
        part = np.array(part, np.int64)
        parts = settled(self.net, part, self.task.k)
        value, unfit = annealer.score(self.net, self.weights(1.0, 1.0), part, parts)
        if unfit == 0 and value < self.value - 1e-9:
            self.best, self.value, self.centre = part, float(value), parts.centre.copy()

    def round(self, clock: Clock, *, short: bool = False) -> float:
        """Anneal once, from the best so far or a start drawn at random; returns the proposals."""
        clock.rounds += 1
        reheat = self.best is not None and self.rng.random() < self.reheats
        start = self.best.copy() if reheat and self.best is not None else self.start()
        if short:
            goals = self.weights(8.0, 0.5)
            return self._run(start, goals, 0.4, 0.1, clock, proposals=40 * self.task.graph.size)
        if self.task.inertia:
            return self._anneal_inertia(start, reheat, clock)
        return self._anneal_cuts(start, reheat, clock)

    def _anneal_cuts(self, part: Ints, reheat: bool, clock: Clock) -> float:
        hot = self.rng.uniform(0.5, 1.2) if reheat else self.rng.uniform(1.5, 3.0)
        cold = self.rng.uniform(0.2, 0.4)
        goals = self.weights(self._penalty(), self._softness())
        return self._run(part, goals, hot, cold, clock)

    def _anneal_inertia(self, part: Ints, reheat: bool, clock: Clock) -> float:
        parts = settled(self.net, part, self.task.k)
        typical = self.typical(part, parts)
        if self.rng.random() > max(0.2, self.fitting):
            # Few divisions fit: wander at a steady heat until one is met.
            hot, cold = self.drawn(1.5, 8.0), self.drawn(0.2, 6.0)
            goals = self.weights(self.drawn(1.5, 8.0), self.drawn(0.4, 1.2))
        else:
            hot = self.drawn(0.05, 0.4 if reheat else 2.0)
            cold = self.drawn(0.002, 0.05 if reheat else 0.3)
            goals = self.weights(self._penalty(), self._softness())
        # The score stays in its own unit; heat and penalty are stretched to match it.
        goals = goals._replace(penalty=goals.penalty * typical)
        hot, cold = hot * typical, min(cold, hot) * typical
        return self._run(part, goals, hot, cold, clock)

    def _run(
        self,
        part: Ints,
        goals: Weights,
        hot: float,
        cold: float,
        clock: Clock,
        *,
        proposals: int | None = None,
    ) -> float:
        """Cool from hot to cold in chunks, looking at the clock between them."""
        self.offer(part)
        parts = settled(self.net, part, self.task.k)
        proposals = proposals or self._proposals()
        chunks = max(60 if self.task.inertia else 1, -(-proposals // _CHUNK))
        best, value, size = part.copy(), math.inf, proposals // chunks
        for chunk in range(chunks):
            warm = hot * (cold / hot) ** (chunk / chunks)
            cool = hot * (cold / hot) ** ((chunk + 1) / chunks)
            value = annealer.anneal(
                self.net, goals, part, parts, self.state, size, warm, cool, best, value
            )
            if self.task.inertia:
                annealer.recentre(self.net, part, parts)
            if clock.is_late():
                break
        if value < math.inf:
            self.offer(best)
        self.fitting = 0.9 * self.fitting + (0.1 if value < math.inf else 0.0)
        self.last = part
        return float(size * (chunk + 1))

    def _proposals(self) -> int:
        n = self.task.graph.size
        most = 4_000_000 if self.rng.random() < 0.6 else 1_000_000
        return max(min(most, 60_000 * n), 200 * n)

    def typical(self, part: Ints, parts: Parts) -> float:
        """What one unit adds to the score."""
        if not self.task.inertia:
            return 1.0
        whole = Weights(0, 1 << 62, 1.0, 1.0, 0.0, 1.0)
        return float(annealer.score(self.net, whole, part, parts)[0]) / self.task.graph.size or 1.0

    def drawn(self, least: float, most: float) -> float:
        """Draw a number between two, even in its logarithm."""
        return math.exp(self.rng.uniform(math.log(least), math.log(most)))

    def _penalty(self) -> float:
        return self.drawn(0.7, 3.0)

    def _softness(self) -> float:
        # Mostly about half a unit; now and then as hard as narrow limits ask for.
        least = 0.6 if self.rng.random() < 0.7 else 0.03
        return self.drawn(least, 1.6)

    def weights(self, penalty: float, softness: float) -> Weights:
        """Goals whose penalty is for a load outside the limits by about `softness` units."""
        task = self.task
        unit = float(task.graph.load.mean())
        scale = max(min((task.high - task.low) / 2, unit), unit / 2, 1e-9) * softness
        cut, inertia = (0.0, 1.0) if task.inertia else (1.0, 0.0)
        return Weights(task.low, task.high, scale, penalty, cut, inertia)

    def start(self) -> Ints:
        """Begin each component from tree cuts, or from a power diagram now and then."""
        part = np.empty(self.task.graph.size, np.int64)
        made = 0
        for c, share in enumerate(self.task.shares):
            nodes = np.flatnonzero(self.task.component == c)
            inner = self.task.graph.part(nodes) if len(self.task.shares) > 1 else self.task.graph
            start = None
            if self.task.inertia and share > 1 and self.rng.random() < 0.7:
                start = self._diagram(inner, share)
            part[nodes] = (carved(inner, share, self.state) if start is None else start) + made
            made += share
        return part

    def _diagram(self, graph: PieceGraph, k: int) -> Ints | None:
        if graph.size * k > _DIAGRAM_WORK or not graph.load.any():
            return None
        net = annealer.net_of(graph)
        drawn = max(1, min(_DIAGRAMS, _DIAGRAM_WORK // (graph.size * k * 20)))
        tries = [power.power_diagram(net, k, self.state) for _ in range(drawn)]
        part: Ints = min(tries, key=lambda t: float(t[1]))[0]
        return part if power.make_whole(net, part, k) else None


def settled(net: Net, part: Ints, k: int) -> Parts:
    """Sums of a division with the best centre of each part."""
    parts: Parts = annealer.parts_of(net, part, k)
    labels, first = np.unique(part, return_index=True)
    parts.centre[labels] = first
    annealer.recentre(net, part, parts)
    return parts


def carved(graph: PieceGraph, k: int, state: State) -> Ints:
    """Cut a connected graph into k connected parts of like weight along random trees."""
    matrix = graph.adjacency
    # Every unit counts a little, so that units without weight can be parts too.
    load = graph.load * 1000 + 1
    pieces = Pieces(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float64),
        load,
        graph.x,
        graph.y,
        graph.mass,
    )
    border = 2.0 * math.sqrt(graph.size / k)
    goals = Goals(int(load.sum()) + 1, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0 / border, 0.0)
    part: Ints = trees.carve(pieces, goals, k, state, 5)
    return part
