"""Courtyards on their blocks: outline, wall, gates, and the path from each gate to its street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.polygon import orient
from shapely.ops import nearest_points

from sample_geodata.blocks import CM, Block, Rng, halves, long_axis
from sample_geodata.plan import COURTYARD_USES, Use
from sample_geodata.shapes import largest

Corner = npt.NDArray[np.float64]
WALL_OFF_M = 1.5
MIN_WIDTH_M = 64.0
"""West to east, below which a courtyard holds no row of slabs."""
SHOP_DEPTH_M = 11.0
SHOP_STRIP_M = 14.5


@dataclass(frozen=True, slots=True)
class Compound:
    """A courtyard before it has buildings; `gates` are vertices of `ring`'s outline."""

    ring: Polygon
    use: Use
    community: int
    walled: bool
    managed: bool
    gates: tuple[Point, ...]
    ways_out: tuple[LineString, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """What a block is parted into: compounds, street-side footprints, or ground for a use."""

    block: Block
    rings: tuple[Polygon, ...]
    shops: tuple[Polygon, ...]


def part_block(block: Block, rng: Rng) -> Lot:
    """Part a block into courtyard outlines and a row of shops along one side."""
    if block.use not in COURTYARD_USES:
        return Lot(block, (), ())
    shops: tuple[Polygon, ...] = ()
    ground = block.parcel
    if block.use != "new" and rng.random() < 0.5 and ground.area > 3500:
        shops, ground = _shop_row(ground, rng)
    return Lot(block, tuple(_rings(ground, block.use, rng)), shops)


def with_gates(
    ring: Polygon,
    block: Block,
    streets: shapely.Geometry,
    obstacles: shapely.Geometry,
    rng: Rng,
) -> Compound | None:
    """Give a courtyard its gates; None when no side of it can reach a street."""
    ways = _ways_out(ring, streets, obstacles)
    if not ways:
        return None
    count = 1 + int(ring.length > 330) + int(ring.length > 520)
    chosen = _far_apart(ways, count, rng)
    gates = tuple(shapely.set_precision(Point(w.coords[0]), CM) for w in chosen)
    ring = _with_vertices(ring, gates)
    walled = bool(rng.random() < (0.96 if block.use == "new" else 0.82))
    managed = bool(rng.random() < {"old": 0.35, "resettlement": 0.7}.get(block.use, 0.97))
    return Compound(ring, block.use, block.community, walled, managed, gates, tuple(chosen))


def _rings(ground: Polygon, use: Use, rng: Rng) -> list[Polygon]:
    parts = [ground]
    if use == "old" and ground.area > 9_500 and rng.random() < 0.35:
        cut = halves(ground, rng.uniform(0.42, 0.58), rng.uniform(-0.03, 0.03))
        wide = [p.bounds[2] - p.bounds[0] > MIN_WIDTH_M for p in cut]
        parts = cut if all(wide) else parts
    rings = [_wall(p) for p in parts]
    return [r for r in rings if r.area > 1200 and long_axis(r)[2] > 26]


def _shop_row(ground: Polygon, rng: Rng) -> tuple[tuple[Polygon, ...], Polygon]:
    """Shops along the longest straight side, and the ground behind them."""
    start, end = _longest_side(ground)
    way = (end - start) / np.hypot(*(end - start))
    inward = np.array([-way[1], way[0]])
    shops, at, length = [], 2.0, float(np.hypot(*(end - start)))
    passage = rng.uniform(0.35, 0.65) * length
    while at < length - 12:
        front = float(rng.uniform(13, 27))
        if at < passage < at + front + 7:
            front, passage = passage - at, -1.0
        if front > 9:
            shops.append(_rectangle(start + way * at, way * front, inward * SHOP_DEPTH_M))
        at += front + (8.5 if passage < 0 else 0.6)
        passage = passage if passage >= 0 else float("inf")
    kept = [s for s in shops if ground.buffer(0.05).contains(s)]
    strip = _rectangle(start - way * 40, way * (length + 80), inward * SHOP_STRIP_M)
    return tuple(kept), largest(ground.difference(strip.buffer(0.5)))


def _longest_side(ground: Polygon) -> tuple[Corner, Corner]:
    """Both ends of the longest side, with the ground on its left hand."""
    corners = np.asarray(orient(largest(ground.simplify(2.0)), 1.0).exterior.coords)
    k = int(np.argmax(np.hypot(*np.diff(corners, axis=0).T)))
    return corners[k], corners[k + 1]


def _rectangle(corner: Corner, along: Corner, across: Corner) -> Polygon:
    corners = [corner, corner + along, corner + along + across, corner + across]
    return shapely.set_precision(Polygon(corners), CM)


def _ways_out(
    ring: Polygon, streets: shapely.Geometry, obstacles: shapely.Geometry
) -> list[LineString]:
    """Straight ways from points of the wall to the nearest street, clear of all obstacles."""
    outline = ring.exterior
    ways = []
    for at in np.arange(3.0, outline.length, 6.0):
        gate = shapely.set_precision(outline.interpolate(at), CM)
        way = LineString([gate, nearest_points(gate, streets)[1]])
        clear = not way.buffer(1.5).intersects(obstacles)
        if way.length < 45 and clear and way.intersection(ring).length < 0.05:
            ways.append(way)
    corners = MultiPoint(shapely.get_coordinates(ring.simplify(2.0)))
    amid = [w for w in ways if corners.distance(shapely.Point(w.coords[0])) > 9]
    return amid or ways


def _far_apart(ways: list[LineString], count: int, rng: Rng) -> list[LineString]:
    """The first way at random, each next one farthest from those chosen."""
    chosen = [ways[int(rng.integers(len(ways)))]]
    while len(chosen) < min(count, len(ways)):
        spread = [min(w.distance(c) for c in chosen) for w in ways]
        if max(spread) < 30:
            break
        chosen.append(ways[int(np.argmax(spread))])
    return chosen


def _with_vertices(ring: Polygon, points: tuple[Point, ...]) -> Polygon:
    """Put each point into the outline as a vertex, so that it lies exactly on the wall."""
    coords = list(ring.exterior.coords)[:-1]
    for point in points:
        sides = [
            LineString([coords[i], coords[(i + 1) % len(coords)]]).distance(point)
            for i in range(len(coords))
        ]
        if (point.x, point.y) not in coords:
            coords.insert(int(np.argmin(sides)) + 1, (point.x, point.y))
    return Polygon(coords)


def outline_of_yard(parcel: Polygon) -> tuple[Polygon, ...]:
    """The wall of a school, hospital, mill or office yard."""
    return (_wall(parcel),)


def _wall(ground: Polygon) -> Polygon:
    ring = largest(ground.buffer(-WALL_OFF_M, join_style="mitre").simplify(0.3))
    return shapely.set_precision(ring, CM)
