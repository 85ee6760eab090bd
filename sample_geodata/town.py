"""A town from its plan: courtyards with gates, buildings, and the footpaths between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import nearest_points

from sample_geodata.blocks import Block, Rng, Skeleton, lay_out_blocks
from sample_geodata.compounds import Compound, Lot, outline_of_yard, part_block, with_gates
from sample_geodata.footprints import (
    APARTMENTS,
    OLD_SLABS,
    OVERSIZED_SLAB,
    OVERSIZED_TOWER,
    RESETTLEMENT_SLABS,
    RING_PATH_M,
    TOWERS,
    Footprint,
    Model,
    Rows,
    fill_rows,
    halls,
)
from sample_geodata.plan import HALF_WIDTH_M, Road, TownPlan, Use
from sample_geodata.shapes import largest, lines_in

YARD_USES: tuple[Use, ...] = ("school", "kindergarten", "hospital", "mill", "offices")
HOUSES = tuple(Model(w, 11.0, f, 1, 1) for w in (8.5, 10.0, 12.0) for f in (2, 3))
RETAIL = (Model(46, 19, 4, 1, 0), Model(32, 18, 9, 1, 0), Model(24, 16, 5, 1, 0))
YARD_MODELS: dict[Use, tuple[Model, ...]] = {
    "school": (Model(58, 13, 5, 1, 0), Model(44, 13, 4, 1, 0), Model(30, 13, 2, 1, 0)),
    "kindergarten": (Model(34, 14, 3, 1, 0), Model(20, 12, 2, 1, 0)),
    "hospital": (Model(62, 18, 12, 1, 0), Model(44, 18, 6, 1, 0), Model(26, 14, 3, 1, 0)),
    "mill": (Model(86, 32, 1, 1, 0), Model(54, 28, 2, 1, 0), Model(24, 16, 1, 1, 0)),
    "offices": (Model(48, 16, 8, 1, 0), Model(30, 15, 5, 1, 0)),
    "market": (Model(52, 30, 2, 1, 0), Model(30, 22, 1, 1, 0)),
}
SHEDS = ((15.0, 5.0, 1), (9.0, 6.0, 2), (12.0, 5.0, 1))


@dataclass(frozen=True, slots=True)
class Placed:
    """A building in the town: its footprint, what it stands in and where."""

    footprint: Footprint
    use: Use
    community: int
    compound: int | None


@dataclass(frozen=True, slots=True)
class Town:
    """A whole town in local metres."""

    plan: TownPlan
    skeleton: Skeleton
    compounds: tuple[Compound, ...]
    buildings: tuple[Placed, ...]
    paths: tuple[Road, ...]


def lay_out_town(plan: TownPlan, rng: Rng) -> Town:
    """Generate the town of a plan; the same plan and generator state give the same town."""
    skeleton = lay_out_blocks(plan, rng)
    lots = [part_block(b, rng) for b in skeleton.blocks]
    compounds, placed = _compounds(skeleton, lots, rng)
    paths: list[Road] = []
    special = _oversized_models(plan, compounds)
    kept: list[Compound] = []
    for k, compound in enumerate(compounds):
        made, lanes = _build(compound, special.get(k), rng)
        if made:
            placed += [Placed(f, compound.use, compound.community, len(kept)) for f in made]
            paths += _yard_paths(compound, made, lanes)
            kept.append(compound)
    for block in skeleton.blocks:
        made, ways = _open_block(block, rng)
        placed += [Placed(f, block.use, block.community, None) for f in made]
        paths += ways
    paths += _riverside(plan, skeleton)
    return Town(plan, skeleton, tuple(kept), tuple(placed), tuple(paths))


def _compounds(
    skeleton: Skeleton, lots: list[Lot], rng: Rng
) -> tuple[list[Compound], list[Placed]]:
    """Courtyards with gates, and the street-side buildings beside them."""
    streets = shapely.union_all([r.line for r in skeleton.roads])
    compounds: list[Compound] = []
    shops: list[Placed] = []
    for lot in lots:
        block = lot.block
        shops += [Placed(_shop(s, rng), block.use, block.community, None) for s in lot.shops]
        rings = outline_of_yard(block.parcel) if block.use in YARD_USES else lot.rings
        for ring in rings:
            others = [*lot.shops, *(r for r in rings if r is not ring)]
            found = with_gates(ring, block, streets, shapely.union_all(others), rng)
            compounds += [found] if found else []
    return compounds, shops


def _shop(outline: Polygon, rng: Rng) -> Footprint:
    """A street-side building: shops below, a few flats above, or none."""
    floors = int(rng.integers(2, 7))
    flats = 0 if floors == 2 or rng.random() < 0.15 else int(rng.integers(2, 4))
    west, south, east, north = outline.bounds
    door = nearest_points(outline.exterior, shapely.Point((west + east) / 2, north + south))[0]
    return Footprint(outline, "shop", floors, 1 if flats else 0, flats, (door,))


def _oversized_models(plan: TownPlan, compounds: list[Compound]) -> dict[int, Model]:
    """The largest old and the largest new courtyard get a building over the cap of their kind."""
    if not plan.oversized:
        return {}
    wanted: tuple[tuple[Use, Model], ...] = (("old", OVERSIZED_SLAB), ("new", OVERSIZED_TOWER))
    chosen = {}
    for use, model in wanted:
        of_use = [k for k, c in enumerate(compounds) if c.use == use]
        if of_use:
            chosen[max(of_use, key=lambda k: float(compounds[k].ring.area))] = model
    return chosen


def _build(
    compound: Compound, first: Model | None, rng: Rng
) -> tuple[list[Footprint], list[LineString]]:
    """Fill one courtyard according to its use."""
    ring, use = compound.ring, compound.use
    spacing = float(rng.uniform(18.5, 22.5))
    if use == "new":
        rows = Rows(34.0, 22.0, stagger=True, notch=True, inset_m=9.0)
        made, lanes = fill_rows(ring, TOWERS, rows, "tower", rng, first)
    elif use == "commercial":
        rows = Rows(22.0, 14.0)
        made, lanes = fill_rows(ring, APARTMENTS + RETAIL, rows, "slab", rng)
    elif use in YARD_MODELS:
        rows = Rows(24.0, 15.0)
        made, lanes = fill_rows(ring, YARD_MODELS[use], rows, "hall", rng)
    else:
        models = OLD_SLABS if use == "old" else RESETTLEMENT_SLABS
        made, lanes = fill_rows(ring, models, Rows(spacing, 8.5), "slab", rng, first)
    if not made:
        return [], []  # too narrow for any building of its kind: the ground stays empty
    return made + _sheds(compound, made, lanes, rng), lanes


def _sheds(
    compound: Compound, made: list[Footprint], lanes: list[LineString], rng: Rng
) -> list[Footprint]:
    """Bicycle sheds and porters' lodges at free spots; none when the yard is full."""
    if rng.random() < 0.35:
        return []
    paths = shapely.union_all(_pathlines_in(compound, made, lanes)).buffer(2.5)
    keep_clear = shapely.union_all([paths, *(m.outline.buffer(5) for m in made)])
    ground = largest(compound.ring.buffer(-RING_PATH_M - 1.5))
    count = int(rng.integers(1, 3))
    return halls(ground, SHEDS[:count], keep_clear, rng, tries=25)


def _yard_paths(compound: Compound, made: list[Footprint], lanes: list[LineString]) -> list[Road]:
    lines = [*_pathlines_in(compound, made, lanes), *compound.ways_out]
    return [Road(p, "footpath", "") for p in lines]


def _pathlines_in(
    compound: Compound, made: list[Footprint], lanes: list[LineString]
) -> list[LineString]:
    """Ring path inside the wall, a path before each row, stubs to doors and to the gates."""
    inner = largest(compound.ring.buffer(-RING_PATH_M, join_style="mitre"))
    if inner.is_empty:
        return []
    clipped = [c for lane in lanes for c in lines_in(lane.intersection(inner))]
    ring = LineString(inner.exterior.coords)
    network = shapely.union_all([ring, *clipped])
    stubs = [LineString([g, nearest_points(g, network)[1]]) for g in compound.gates]
    if lanes:
        (x0, y0), (x1, y1) = lanes[0].coords
        north = np.array([y0 - y1, x1 - x0]) / lanes[0].length
        stubs += _door_stubs(made, north, network)
    return [ring, *clipped, *stubs]


def _door_stubs(
    made: Iterable[Footprint], north: np.ndarray, network: shapely.Geometry
) -> list[LineString]:
    """From each door straight ahead to the first path."""
    stubs = []
    for door in (d for m in made if m.form != "hall" or m.stairwells for d in m.doors):
        ray = LineString([door, np.array(door.coords[0]) + north * 80])
        hit = ray.intersection(network)
        if not hit.is_empty:
            stubs.append(LineString([door, nearest_points(door, hit)[1]]))
    return stubs


def _open_block(block: Block, rng: Rng) -> tuple[list[Footprint], list[Road]]:
    """Ground of no courtyard: rows of houses with alleys, a market, a park."""
    if block.use == "houses":
        rows = Rows(3.2, 0.6, inset_m=1.0)
        made, lanes = fill_rows(block.parcel, HOUSES, rows, "house", rng)
        made = [_lived_in(m, rng) for m in made if rng.random() < 0.94]
        return made, _alleys(block, made, lanes)
    if block.use == "market":
        made, _ = fill_rows(block.parcel, YARD_MODELS["market"], Rows(12, 10), "hall", rng)
        return made, []
    if block.use == "park":
        return _park(block, rng)
    return [], []


def _lived_in(house: Footprint, rng: Rng) -> Footprint:
    """Some houses of the old town hold several families, some stand as workshops."""
    flats = int(rng.choice([0, 1, 1, 1, 2]))
    return Footprint(house.outline, "house", house.floors, 1 if flats else 0, flats, house.doors)


def _alleys(block: Block, made: list[Footprint], lanes: list[LineString]) -> list[Road]:
    """The paths before the houses, from street to street."""
    built = shapely.union_all([m.outline for m in made])
    alleys = []
    for lane in lanes:
        start, end = (np.array(c) for c in lane.coords)
        reach = (end - start) / lane.length * 40
        pieces = lines_in(LineString([start - reach, end + reach]).intersection(block.face))
        alleys += [Road(p, "footpath", "") for p in pieces if p.distance(built) > 0.3]
    return alleys


def _park(block: Block, rng: Rng) -> tuple[list[Footprint], list[Road]]:
    """A pavilion, a loop path, and paths and steps out to the streets."""
    middle = largest(block.parcel.buffer(-24))
    if middle.is_empty:
        return [], []  # a green no wider than a street needs no path
    loop = LineString(largest(block.parcel.buffer(-14).buffer(-6).buffer(6)).exterior.coords)
    outer = LineString(block.face.exterior.coords)
    roads = [Road(loop, "footpath", "")]
    for k, at in enumerate((0.05, 0.3, 0.55, 0.8)):
        start = loop.interpolate(at, normalized=True)
        way = LineString([start, nearest_points(start, outer)[1]])
        roads.append(Road(way, "steps" if k == 1 else "footpath", ""))
    clear = loop.buffer(4)
    return halls(middle, ((10.0, 10.0, 1), (8.0, 6.0, 1)), clear, rng), roads


def _riverside(plan: TownPlan, skeleton: Skeleton) -> list[Road]:
    """Promenades by the water, below the bank roads, with steps up; they pass under bridges."""
    if plan.river is None:
        return []
    river = plan.river.intersection(plan.boundary.buffer(-30))
    crossing = [r.line for r in skeleton.roads if r.line.crosses(plan.river)]
    under = shapely.union_all(crossing).buffer(12)
    banks = [r.line for r in skeleton.roads if r.line.distance(plan.river) > 20]
    made: list[Road] = []
    for side in (20.0, -20.0):
        for piece in lines_in(shapely.offset_curve(river, side).simplify(0.5).difference(under)):
            if piece.length > 60:
                made.append(Road(piece, "footpath", ""))
                made += _steps_up(piece, shapely.union_all(banks))
    return made


def _steps_up(promenade: LineString, banks: shapely.Geometry) -> list[Road]:
    count = max(2, round(promenade.length / 170))
    steps = []
    for k in range(count):
        foot = promenade.interpolate((k + 0.5) / count, normalized=True)
        steps.append(Road(LineString([foot, nearest_points(foot, banks)[1]]), "steps", ""))
    return [s for s in steps if s.line.length < HALF_WIDTH_M["arterial"]]
