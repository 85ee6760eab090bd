"""
Streets of a made-up town: crooked, with dead ends, steps, footbridges, tunnels, gates, a river.

Junctions lie on a bent and jittered lattice; streets are a spanning tree of their triangulation
and a share of its other sides, bent between the ends. What crosses the river or the railway is a
bridge or is left out; what enters a courtyard goes through one of its gates or is left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Tags = dict[str, str]

PITCH_M = 46.0
_SHAPE_M = 15.0
_EXTRA = 0.40
# Shares of the tags of small streets, by the character of the quarter.
_QUARTERS: tuple[tuple[tuple[float, Tags], ...], ...] = (
    (
        (0.50, {"highway": "residential"}),
        (0.20, {"highway": "service"}),
        (0.12, {"highway": "service", "service": "driveway", "access": "private"}),
        (0.10, {"highway": "footway"}),
        (0.05, {"highway": "track"}),
        (0.03, {"highway": "cycleway"}),
    ),
    (
        (0.30, {"highway": "footway"}),
        (0.22, {"highway": "steps"}),
        (0.15, {"highway": "pedestrian"}),
        (0.15, {"highway": "living_street"}),
        (0.10, {"highway": "residential", "oneway": "yes"}),
        (0.08, {"highway": "service"}),
    ),
    (
        (0.40, {"highway": "path"}),
        (0.25, {"highway": "footway"}),
        (0.15, {"highway": "cycleway", "foot": "designated"}),
        (0.12, {"highway": "service", "service": "parking_aisle"}),
        (0.08, {"highway": "unclassified"}),
    ),
)
_MAIN: tuple[Tags, ...] = (
    {"highway": "primary"},
    {"highway": "secondary", "oneway": "yes"},
    {"highway": "tertiary"},
)


@dataclass(slots=True)
class Streets:
    """Places of all nodes (x, y in metres), ways as node numbers with tags, tags of nodes."""

    xy: Floats
    ways: list[tuple[Ints, Tags]]
    node_tags: dict[int, Tags] = field(default_factory=dict)
    courtyards: list[shapely.Polygon] = field(default_factory=list)
    barriers: list[tuple[shapely.LineString, Tags]] = field(default_factory=list)

    def lines(self) -> npt.NDArray[np.object_]:
        """Return one LineString for each way."""
        return np.array([shapely.LineString(self.xy[nodes]) for nodes, _ in self.ways])


@dataclass(frozen=True, slots=True)
class _Sides:
    """Straight sides between junctions; kinds are numbers of rows of tags."""

    xy: Floats
    tail: Ints
    head: Ints

    def only(self, kept: Flags) -> _Sides:
        return _Sides(self.xy, self.tail[kept], self.head[kept])

    @property
    def length(self) -> Floats:
        along = self.xy[self.tail] - self.xy[self.head]
        return np.asarray(np.hypot(along[:, 0], along[:, 1]))

    @property
    def lines(self) -> npt.NDArray[np.object_]:
        ends = np.stack([self.xy[self.tail], self.xy[self.head]], axis=1)
        return np.asarray(shapely.linestrings(ends))


def made_streets(rng: np.random.Generator, junctions: int, courtyards: int = 0) -> Streets:
    """Make the streets of a town of about so many junctions, with so many walled courtyards."""
    xy = _junctions(rng, junctions)
    barriers = _barriers(xy)
    sides = _network(rng, xy)
    bars = shapely.union_all([line for line, _ in barriers])
    over = np.asarray(shapely.crosses(sides.lines, bars), dtype=np.bool_)
    kept = ~over | (rng.random(len(over)) < 0.2)
    sides, over = sides.only(kept), over[kept]
    yards = _courtyards(rng, xy, courtyards, barriers)
    entered, gated = _through_gates(rng, sides, yards)
    sides, over, entered = sides.only(gated), over[gated], entered[gated]
    tags = _tags(rng, sides)
    for number in np.flatnonzero(over):
        tags[number] = tags[number] | {"bridge": "yes", "layer": "1"}
    made = Streets(xy, [], courtyards=yards, barriers=barriers)
    shapes = _bent(rng, made, sides, np.flatnonzero(entered >= 0), yards, entered)
    _join(made, shapes, tags)
    _bridges(rng, made, len(xy), junctions // 60)
    _scraps(rng, made, junctions // 400)
    _bars(rng, made, junctions // 40)
    return made


def _junctions(rng: np.random.Generator, count: int) -> Floats:
    side = int(np.ceil(np.sqrt(count * 1.06)))
    row, column = np.divmod(np.arange(side * side), side)
    xy = np.stack([column + 0.5 * (row % 2), row * 0.87], axis=1) * PITCH_M
    xy = xy + rng.uniform(-0.36, 0.36, xy.shape) * PITCH_M
    extent = side * PITCH_M
    for wave in (330.0, 510.0, 870.0):
        turn = rng.uniform(0, 2 * np.pi, 2)
        xy = xy + 0.05 * wave * np.sin(xy[:, ::-1] * 2 * np.pi / wave + turn)
    parks = rng.uniform(0, extent, (max(count // 700, 1), 2))
    radius = rng.uniform(60, 190, len(parks))
    away = np.hypot(*(xy[:, None] - parks).transpose(2, 0, 1)) > radius
    return np.asarray(xy[away.all(axis=1)])


def _barriers(xy: Floats) -> list[tuple[shapely.LineString, Tags]]:
    """A river and a railway through the whole town, both winding."""
    (left, low), (right, high) = xy.min(axis=0) - 40, xy.max(axis=0) + 40
    along = np.linspace(0, 1, 160)
    river = np.stack(
        [left + (right - left) * along, low + (high - low) * (0.33 + 0.05 * np.sin(9 * along))], 1
    )
    rails = np.stack(
        [left + (right - left) * (0.6 + 0.06 * np.sin(7 * along)), low + (high - low) * along], 1
    )
    return [
        (shapely.LineString(river), {"waterway": "river", "name": "Long River"}),
        (shapely.LineString(rails), {"railway": "rail"}),
    ]


def _network(rng: np.random.Generator, xy: Floats) -> _Sides:
    corners = Delaunay(xy).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]))
    pairs = np.unique(pairs, axis=0).astype(np.int64)
    sides = _Sides(xy, pairs[:, 0], pairs[:, 1])
    short = sides.length < 2.4 * PITCH_M
    sides = sides.only(short)
    weight = sides.length * rng.uniform(0.7, 1.3, len(sides.tail))
    shape = (len(xy), len(xy))
    tree = minimum_spanning_tree(coo_array((weight, (sides.tail, sides.head)), shape).tocsr())
    chosen = tree.tocoo()
    key = np.minimum(*chosen.coords) * len(xy) + np.maximum(*chosen.coords)
    in_tree = np.isin(sides.tail * len(xy) + sides.head, key)
    return sides.only(in_tree | (rng.random(len(weight)) < _EXTRA))


def _courtyards(
    rng: np.random.Generator,
    xy: Floats,
    count: int,
    barriers: list[tuple[shapely.LineString, Tags]],
) -> list[shapely.Polygon]:
    """Turned rectangles that touch neither one another nor a barrier."""
    found: list[shapely.Polygon] = []
    rims = shapely.union_all([line for line, _ in barriers])
    for centre in xy[rng.permutation(len(xy))[: 12 * count]]:
        if len(found) == count:
            break
        wide, deep = rng.uniform(45, 100, 2)
        turn = rng.uniform(0, np.pi)
        corners = np.array([(-wide, -deep), (wide, -deep), (wide, deep), (-wide, deep)])
        cos, sin = np.cos(turn), np.sin(turn)
        yard = shapely.Polygon(corners @ np.array([[cos, sin], [-sin, cos]]) + centre)
        apart = not found or shapely.STRtree(found).query(yard, "dwithin", distance=15).size == 0
        if apart and not shapely.dwithin(yard, rims, 30):
            found.append(yard)
    return found


def _through_gates(
    rng: np.random.Generator, sides: _Sides, yards: list[shapely.Polygon]
) -> tuple[Ints, Flags]:
    """The courtyard each side enters (-1: none), and which sides stay: the others met a wall."""
    entered, stay = np.full(len(sides.tail), -1), np.ones(len(sides.tail), dtype=np.bool_)
    if not yards:
        return entered, stay
    rims = shapely.boundary(np.array(yards))
    side, yard = shapely.STRtree(rims).query(sides.lines, "crosses")
    times = np.bincount(side, minlength=len(stay))
    once = shapely.get_num_geometries(shapely.intersection(sides.lines[side], rims[yard])) == 1
    stay[side] = False
    for number in range(len(yards)):
        fit = side[(yard == number) & once & (times[side] == 1)]
        gates = rng.permutation(fit)[: int(rng.integers(1, 4))]
        stay[gates], entered[gates] = True, number
    return entered, stay


def _tags(rng: np.random.Generator, sides: _Sides) -> list[Tags]:
    middle = (sides.xy[sides.tail] + sides.xy[sides.head]) / 2
    turn = rng.uniform(0, 2 * np.pi, 4)
    mood = np.sin(middle[:, 0] / 170 + turn[0]) + np.sin(middle[:, 1] / 210 + turn[1])
    quarter = np.digitize(mood, [0.25, 1.15])
    tags: list[Tags] = [{} for _ in quarter]
    for number, rows in enumerate(_QUARTERS):
        mine = np.flatnonzero(quarter == number)
        drawn = rng.choice(len(rows), len(mine), p=[share for share, _ in rows])
        for side, row in zip(mine.tolist(), drawn.tolist(), strict=True):
            tags[side] = rows[row][1]
    for side, rank in _main_streets(rng, sides).items():
        tags[side] = _MAIN[rank]
    return tags


def _main_streets(rng: np.random.Generator, sides: _Sides) -> dict[int, int]:
    """Sides on shortest ways right across the town, with the rank of the street."""
    size = len(sides.xy)
    both = (np.r_[sides.tail, sides.head], np.r_[sides.head, sides.tail])
    graph = coo_array((np.tile(sides.length, 2), both), (size, size)).tocsr()
    number = {
        (int(a), int(b)): n for n, (a, b) in enumerate(zip(sides.tail, sides.head, strict=True))
    }
    starts = rng.permutation(np.argsort(sides.xy[:, 0])[: size // 12])[:6]
    goals = rng.permutation(np.argsort(sides.xy[:, 0])[-size // 12 :])[:6]
    before = dijkstra(graph, indices=starts, return_predecessors=True)[1]
    found: dict[int, int] = {}
    for rank, (row, goal) in enumerate(zip(before.tolist(), goals.tolist(), strict=True)):
        node: int = goal
        while row[node] >= 0:
            a, b = sorted((node, row[node]))
            found.setdefault(number[a, b], rank % 3)
            node = row[node]
    return found


def _bent(
    rng: np.random.Generator,
    made: Streets,
    sides: _Sides,
    gates: Ints,
    yards: list[shapely.Polygon],
    entered: Ints,
) -> list[Ints]:
    """Nodes of each side from tail to head; those between the ends are added to the town."""
    straight = np.zeros(len(sides.tail), dtype=np.bool_)
    straight[gates] = True
    between = np.clip(np.round(sides.length / _SHAPE_M).astype(int) - 1, 0, 6)
    between[straight] = 1
    first = len(made.xy) + np.concatenate([[0], np.cumsum(between)[:-1]])
    side = np.repeat(np.arange(len(between)), between)
    share = (np.arange(len(side)) - (first - len(made.xy))[side] + 1) / (between[side] + 1)
    tail, head = sides.xy[sides.tail][side], sides.xy[sides.head][side]
    sway = rng.uniform(-0.10, 0.10, len(between))[side] * np.sin(np.pi * share)
    across = (head - tail)[:, ::-1] * np.array([-1.0, 1.0])
    places = tail + share[:, None] * (head - tail) + sway[:, None] * across
    lines = sides.only(straight).lines
    for gate, line in zip(gates, lines, strict=True):
        rim = shapely.boundary(yards[entered[gate]])
        places[first[gate] - len(made.xy)] = shapely.get_coordinates(line.intersection(rim))[0]
        made.node_tags[int(first[gate])] = {"barrier": "gate"}
    made.xy = np.concatenate([made.xy, places])
    return [
        np.concatenate([[sides.tail[n]], first[n] + np.arange(between[n]), [sides.head[n]]])
        for n in range(len(between))
    ]


def _join(made: Streets, shapes: list[Ints], tags: list[Tags]) -> None:
    """Sides of the same tags that run on almost straight become one way."""
    ends: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, shape in enumerate(shapes):
        for node in (shape[0], shape[-1]):
            ends[int(node), str(tags[number])].append(number)
    used: set[int] = set()
    for number in range(len(shapes)):
        if number in used:
            continue
        used.add(number)
        way = list(shapes[number])
        while len(way) < 40:
            onward = [n for n in ends[int(way[-1]), str(tags[number])] if n not in used]
            if not onward or "layer" in tags[number]:
                break
            used.add(onward[0])
            piece = shapes[onward[0]]
            way += list(piece[1:] if piece[0] == way[-1] else piece[-2::-1])
        made.ways.append((np.array(way, dtype=np.int64), tags[number]))


def _bridges(rng: np.random.Generator, made: Streets, junctions: int, count: int) -> None:
    """Footbridges and underpasses that join nothing of what they cross."""
    places = made.xy[:junctions]
    near = shapely.STRtree([shapely.Point(place) for place in places])
    for number, start in enumerate(rng.permutation(junctions)[:count]):
        ring = near.query(shapely.Point(places[start]), "dwithin", distance=190.0)
        far = ring[np.hypot(*(places[ring] - places[start]).T) > 80]
        if len(far):
            lift = ({"tunnel": "yes", "layer": "-1"}, *2 * ({"bridge": "yes", "layer": "1"},))
            way = np.array([start, rng.choice(far)], dtype=np.int64)
            made.ways.append((way, {"highway": "footway"} | lift[number % 3]))


def _scraps(rng: np.random.Generator, made: Streets, count: int) -> None:
    """Short paths that meet nothing: a garden's, or the mapper forgot to join them."""
    for place in made.xy[rng.integers(0, len(made.xy), count)]:
        steps = np.cumsum(rng.uniform(-9, 9, (4, 2)), axis=0)
        first = len(made.xy)
        made.xy = np.concatenate([made.xy, place + rng.uniform(12, 26, 2) + steps])
        made.ways.append((np.arange(first, first + 4), {"highway": "footway"}))


def _bars(rng: np.random.Generator, made: Streets, count: int) -> None:
    """Bollards and gates on small ways; one in ten lets nobody through."""
    small = [n for n, (nodes, _) in enumerate(made.ways) if 2 < len(nodes) < 12]
    for number, way in enumerate(rng.permutation(small)[:count]):
        nodes = made.ways[way][0]
        node = int(nodes[len(nodes) // 2])
        bar: Tags = {"barrier": "bollard"} if number % 3 else {"barrier": "gate"}
        made.node_tags.setdefault(node, bar | ({"access": "no"} if number % 10 == 0 else {}))
