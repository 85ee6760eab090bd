"""Blocks between streets: split the ground of a plan until the blocks have a believable size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import split as split_by

from sample_geodata.plan import BANK_M, HALF_WIDTH_M, Road, TownPlan, Use, Wish, inside
from sample_geodata.shapes import largest, lines_in

Rng = np.random.Generator
CM = 0.01
OVERSHOOT_M = 0.3


@dataclass(frozen=True, slots=True)
class Block:
    """The ground between middle lines of streets, what may be built on, and its use."""

    face: Polygon
    parcel: Polygon
    community: int
    use: Use


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Communities, blocks and roads (drawn ones and those found by splitting)."""

    communities: tuple[Polygon, ...]
    blocks: tuple[Block, ...]
    roads: tuple[Road, ...]


def lay_out_blocks(plan: TownPlan, rng: Rng) -> Skeleton:
    """Part the town into communities and blocks, with a use for each block."""
    roads = [replace(r, line=_clip(r.line, plan.boundary)) for r in plan.roads]
    faces = _faces(plan.boundary, [r.line for r in roads])
    found: list[Road] = []
    for face in faces:
        if not _kept_free(face, plan):
            found += _splits(face, plan, rng, 0)
    roads += [replace(r, line=shapely.set_precision(r.line, CM)) for r in found]
    communities = _communities(plan)
    blocks = _blocks(plan, roads, communities)
    return Skeleton(communities, _with_uses(blocks, plan, rng), tuple(roads))


def long_axis(polygon: Polygon) -> tuple[float, float, float]:
    """Direction in radians, length and width of the smallest rectangle around a polygon."""
    box = shapely.get_coordinates(polygon.minimum_rotated_rectangle)
    sides = np.diff(box[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    k = int(np.argmax(lengths))
    angle = float(np.arctan2(sides[k, 1], sides[k, 0]))
    return angle, float(lengths[k]), float(lengths[1 - k])


def halves(polygon: Polygon, at: float, tilt: float) -> list[Polygon]:
    """Cut a polygon across its long axis at the share `at`, off square by `tilt` radians."""
    parts = split_by(polygon, _cut_line(polygon, at, tilt)).geoms
    return [largest(p) for p in parts if p.area > 1.0]


def _clip(line: LineString, boundary: Polygon) -> LineString:
    return lines_in(line.intersection(boundary))[0]


def _faces(boundary: Polygon, lines: list[LineString]) -> list[Polygon]:
    """Faces between noded lines, ordered from north to south, west to east."""
    noded = shapely.union_all([boundary.exterior, *lines], grid_size=CM)
    faces = [f for f in shapely.get_parts(shapely.polygonize([noded])) if isinstance(f, Polygon)]
    return sorted(faces, key=lambda f: (-round(f.centroid.y), round(f.centroid.x)))


def _kept_free(face: Polygon, plan: TownPlan) -> bool:
    """Whether a face is the bed of the river or the strip along the railway."""
    if plan.railway is not None and plan.railway.intersects(face):
        return True
    point = face.representative_point()
    return plan.river is not None and plan.river.distance(point) < BANK_M - 1


def _cut_line(polygon: Polygon, at: float, tilt: float) -> LineString:
    angle, length, width = long_axis(polygon)
    box = polygon.minimum_rotated_rectangle
    along = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array(box.centroid.coords[0]) + along * (at - 0.5) * length
    across = np.array([-np.sin(angle + tilt), np.cos(angle + tilt)]) * (width + length)
    return LineString([middle - across, middle + across])


def _wish_for(polygon: Polygon, plan: TownPlan) -> Wish | None:
    return next((w for w in plan.wishes if inside(w, polygon)), None)


def _splits(polygon: Polygon, plan: TownPlan, rng: Rng, depth: int) -> list[Road]:
    """Roads that split a polygon, recursively, until each part is a block."""
    wish = _wish_for(polygon, plan)
    goal = wish.area_m2 * 1.25 if wish else plan.block_m2 * rng.uniform(0.8, 1.5)
    if polygon.area <= goal or long_axis(polygon)[2] < 75:
        return []
    line = _cut_line(polygon, rng.uniform(0.42, 0.58), rng.uniform(-0.07, 0.07))
    kind = "street" if polygon.area > 60_000 else "lane"
    roads = [Road(_reaching(c), kind, "") for c in lines_in(line.intersection(polygon))]
    for part in sorted(split_by(polygon, line).geoms, key=lambda p: p.centroid.x):
        if isinstance(part, Polygon) and part.area > 1.0:
            roads += _splits(part, plan, rng, depth + 1)
    return roads


def _reaching(line: LineString) -> LineString:
    """Lengthen a straight line by OVERSHOOT_M at both ends, so that noding surely meets it."""
    ends = np.asarray(line.coords)[[0, -1]]
    way = (ends[1] - ends[0]) / line.length * OVERSHOOT_M
    return LineString([ends[0] - way, ends[1] + way])


def _communities(plan: TownPlan) -> tuple[Polygon, ...]:
    """Faces between the cuts, joined by the community whose seed is nearest on the same side."""
    if not plan.cuts:
        return (shapely.set_precision(plan.boundary, CM),)
    cuts = _community_cuts(plan)
    faces = _faces(plan.boundary, cuts)
    return tuple(next(f for f in faces if inside(seed, f)) for seed in plan.communities)


def _community_cuts(plan: TownPlan) -> list[LineString]:
    """The avenue whole; the south street west of it; the river east of it."""
    avenue, street, river = plan.cuts
    west, east = sorted(split_by(plan.boundary, avenue).geoms, key=lambda p: p.centroid.x)
    return [
        _clip(avenue, plan.boundary),
        _clip(street, largest(west)),
        _clip(river, largest(east)),
    ]


def _blocks(plan: TownPlan, roads: list[Road], communities: tuple[Polygon, ...]) -> list[Block]:
    faces = _faces(plan.boundary, [r.line for r in roads])
    taken = _taken_by_lines(plan, roads, faces)
    blocks = []
    for face in faces:
        parcel = largest(face.difference(taken).buffer(-4).buffer(4, join_style="mitre"))
        parcel = largest(shapely.set_precision(parcel.simplify(0.6), CM))
        point = face.representative_point()
        where = [k for k, c in enumerate(communities) if c.contains(point)]
        if not _kept_free(face, plan) and parcel.area > 400 and where:
            blocks.append(Block(face, parcel, where[0], "old"))
    return blocks


def _taken_by_lines(plan: TownPlan, roads: list[Road], faces: list[Polygon]) -> shapely.Geometry:
    """Ground that streets, river, railway and the outer boundary keep free."""
    # a road's overshoot bounds no face: without this it would dent the block it ends in
    edges = shapely.union_all([f.exterior for f in faces]).buffer(0.05)
    taken = [
        r.line.intersection(edges).buffer(HALF_WIDTH_M[r.street_class], cap_style="flat")
        for r in roads
    ]
    taken.append(plan.boundary.exterior.buffer(7))
    if plan.river is not None:
        taken.append(plan.river.buffer(BANK_M + 5))
    if plan.railway is not None:
        taken.append(plan.railway.buffer(16))
    return shapely.union_all(taken)


def _with_uses(blocks: list[Block], plan: TownPlan, rng: Rng) -> tuple[Block, ...]:
    """Give each block its use: the wish inside it, or one drawn by the plan's weights."""
    weights = np.array(list(plan.uses.values()))
    uses = list(plan.uses)
    numbers = rng.choice(len(uses), size=len(blocks), p=weights / weights.sum())
    drawn = [uses[k] for k in numbers]
    given = []
    for block, use in zip(blocks, drawn, strict=True):
        wish = _wish_for(block.face, plan)
        given.append(replace(block, use=wish.use if wish else use))
    return tuple(given)
