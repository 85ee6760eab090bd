"""Footprints of buildings: slabs in rows facing south, staggered towers, rows of houses, halls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, affinity

from sample_geodata.blocks import CM, Rng, long_axis
from sample_geodata.shapes import largest

BuildingForm = Literal["slab", "tower", "house", "shop", "hall"]
INSET_M = 6.5
"""From the wall to the nearest building; the ring path runs inside it."""
PACKINGS = 5
"""Packings of a row that are tried; the fullest is built."""
RING_PATH_M = 3.2
DOOR_LANE_M = 4.5
"""From the north face of a row to the path in front of its doors."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """
    A building as placed: outline, form, floors, stairwells and flats per floor and stairwell.

    ``flats`` 0 means nobody lives there. ``doors`` are points on the outline, one for each
    stairwell.
    """

    outline: Polygon
    form: BuildingForm
    floors: int
    stairwells: int
    flats: int
    doors: tuple[Point, ...] = ()

    @property
    def capacity(self) -> int:
        """Dwellings the building was built with."""
        return self.floors * self.stairwells * self.flats


@dataclass(frozen=True, slots=True)
class Model:
    """A pattern of building: size in metres, floors, stairwells, flats per floor and stairwell."""

    length_m: float
    depth_m: float
    floors: int
    stairwells: int
    flats: int


def _slab_models(floors: tuple[int, ...], low: int, high: int) -> tuple[Model, ...]:
    return tuple(
        Model(wide * n, 12.0, f, n, flats)
        for f in floors
        for n in (2, 3, 4, 5)
        for flats, wide in ((2, 14.5), (3, 18.5))
        if low <= f * n * flats <= high and n * wide <= 76
    )


OLD_SLABS = _slab_models((6, 7), 36, 60)
RESETTLEMENT_SLABS = tuple(
    replace(m, depth_m=13.0) for m in _slab_models((7, 9, 11), 42, 90) if m.stairwells <= 4
)
APARTMENTS = (
    Model(34, 17, 9, 1, 8),
    Model(42, 17, 11, 1, 10),
    Model(38, 18, 12, 1, 10),
    Model(48, 17, 10, 2, 6),
)
TOWERS = (
    Model(27, 21, 30, 1, 4),
    Model(29, 22, 26, 1, 6),
    Model(31, 22, 32, 1, 6),
    Model(31, 22, 33, 1, 6),
    Model(29, 21, 24, 1, 6),
    Model(40, 20, 18, 2, 4),
    Model(44, 20, 28, 2, 4),
    Model(34, 24, 28, 1, 8),
)
OVERSIZED_SLAB = Model(88, 13, 7, 4, 6)
OVERSIZED_TOWER = Model(52, 22, 28, 2, 6)


def facing(ring: Polygon) -> float:
    """Angle of the rows: that of the courtyard where it faces about south, else due south."""
    angle = np.degrees(long_axis(ring)[0])
    turned = (angle + 45) % 90 - 45
    return float(turned) if abs(turned) <= 16 else float(np.clip(turned, -6, 6))


@dataclass(frozen=True, slots=True)
class Rows:
    """How rows stand: distance between them, gap inside a row, share of stagger, inset."""

    spacing_m: float
    gap_m: float
    stagger: bool = False
    notch: bool = False
    inset_m: float = INSET_M


def fill_rows(
    ring: Polygon,
    models: tuple[Model, ...],
    rows: Rows,
    form: BuildingForm,
    rng: Rng,
    first: Model | None = None,
) -> tuple[list[Footprint], list[LineString]]:
    """
    Fill a courtyard with parallel rows of buildings from south to north.

    Returns the buildings and, for each row, the path in front of its doors. `first` is
    placed before any other model, once, where it fits.
    """
    angle, pivot = facing(ring), ring.centroid
    flat = affinity.rotate(ring, -angle, origin=pivot)
    ground = largest(flat.buffer(-rows.inset_m, join_style="mitre"))
    placed: list[Footprint] = []
    lanes: list[LineString] = []
    if ground.is_empty:
        return placed, lanes
    west, y, east, north = ground.bounds
    y += float(rng.uniform(0, 3))
    row = 0
    while y < north - 9:
        depth = max(m.depth_m for m in (*models, *((first,) if first else ())))
        shift = 0.5 if rows.stagger and row % 2 else 0.0
        made = _row(ground, y, depth, models, rows, form, rng, first, shift)
        if made:
            placed += made
            first = None if first and any(_is(m, first) for m in made) else first
            lane_y = max(m.outline.bounds[3] for m in made) + DOOR_LANE_M
            lanes.append(LineString([(west - 20, lane_y), (east + 20, lane_y)]))
        y += (depth + rows.spacing_m + float(rng.uniform(0, 3))) if made else 4.0
        row += 1
    back = [_turned(f, angle, pivot) for f in placed]
    return back, [affinity.rotate(lane, angle, origin=pivot) for lane in lanes]


def _is(made: Footprint, model: Model) -> bool:
    return (made.floors, made.stairwells, made.flats) == (
        model.floors,
        model.stairwells,
        model.flats,
    )


def _row(
    ground: Polygon,
    y: float,
    depth: float,
    models: tuple[Model, ...],
    rows: Rows,
    form: BuildingForm,
    rng: Rng,
    first: Model | None,
    shift: float,
) -> list[Footprint]:
    """Buildings of one row, packed into the free stretches of the strip."""
    made: list[Footprint] = []
    for low, high in _free_stretches(ground, y, y + depth):
        step = shift * (models[0].length_m + rows.gap_m) if high - low > 95 else 0.0
        opening = first if first is not None and first.length_m <= high - low else None
        room = high - low - step
        runs = [_run(room, models, rows.gap_m, opening, rng) for _ in range(PACKINGS)]
        run = max(runs, key=lambda r: sum(m.length_m for m in r))
        first = None if opening else first
        made += _stood(run, low + step, high, y, rows, form, rng)
    return made


def _run(
    room: float, models: tuple[Model, ...], gap: float, opening: Model | None, rng: Rng
) -> list[Model]:
    """Models drawn at random, one after another, while they fit into the room."""
    run: list[Model] = [opening] if opening else []
    while True:
        left = room - sum(m.length_m + gap for m in run)
        fitting = [m for m in models if m.length_m <= left]
        if not fitting:
            return run
        run.append(fitting[int(rng.integers(len(fitting)))])


def _stood(
    run: list[Model], low: float, high: float, y: float, rows: Rows, form: BuildingForm, rng: Rng
) -> list[Footprint]:
    """The run on its place; what room is left goes to the gaps and to both ends."""
    if not run:
        return []
    slack = high - low - sum(m.length_m for m in run) - rows.gap_m * (len(run) - 1)
    wider = min(slack * 0.5 / max(1, len(run) - 1), rows.gap_m * 0.6)
    spare = slack - wider * (len(run) - 1)
    x, made = low + spare * float(rng.uniform(0.1, 0.9)), []
    for model in run:
        made.append(_stand(model, x, y, form, notch=rows.notch))
        x += model.length_m + rows.gap_m + wider
    return made


def _free_stretches(ground: Polygon, low: float, high: float) -> list[tuple[float, float]]:
    """West-east stretches of the strip between two heights that lie wholly inside the ground."""
    west, _, east, north = ground.bounds
    if high > north:
        return []
    strip = shapely.box(west - 1, low, east + 1, high)
    shut = [p.bounds for p in shapely.get_parts(strip.difference(ground))]
    edges = sorted((b[0], b[2]) for b in shut)
    stretches, at = [], west - 1
    for start, end in edges:
        if start > at:
            stretches.append((at, start))
        at = max(at, end)
    return [(a, b) for a, b in stretches if b - a > 6]


def _stand(model: Model, x: float, y: float, form: BuildingForm, *, notch: bool) -> Footprint:
    outline = shapely.box(x, y, x + model.length_m, y + model.depth_m)
    if notch:
        outline = _notched(outline, 0.18 * model.length_m / model.stairwells, model.stairwells)
    step = model.length_m / model.stairwells
    doors = tuple(Point(x + step * (k + 0.5), y + model.depth_m) for k in range(model.stairwells))
    return Footprint(outline, form, model.floors, model.stairwells, model.flats, doors)


def _notched(outline: Polygon, bite: float, wings: int) -> Polygon:
    """A tower's plan: light wells bitten out of the south side and the corners."""
    west, south, east, north = outline.bounds
    wells = [
        shapely.box(west, south, west + bite * 0.8, south + 4),
        shapely.box(east - bite * 0.8, south, east, south + 4),
        shapely.box(west, north - 5, west + bite, north),
        shapely.box(east - bite, north - 5, east, north),
    ]
    for k in range(1, wings):
        x = west + (east - west) * k / wings
        wells.append(shapely.box(x - 2.5, south, x + 2.5, south + 6))
    return largest(outline.difference(shapely.union_all(wells)))


def _turned(made: Footprint, angle: float, pivot: Point) -> Footprint:
    outline = shapely.set_precision(affinity.rotate(made.outline, angle, origin=pivot), CM)
    doors = tuple(affinity.rotate(d, angle, origin=pivot) for d in made.doors)
    return replace(made, outline=outline, doors=doors)


def halls(
    ground: Polygon,
    sizes: tuple[tuple[float, float, int], ...],
    keep_clear: shapely.Geometry,
    rng: Rng,
    tries: int = 60,
) -> list[Footprint]:
    """Uninhabited buildings (length, depth, floors) at free spots of the ground."""
    if ground.is_empty:
        return []
    angle = facing(ground)
    west, south, east, north = ground.bounds
    made: list[Footprint] = []
    for length, depth, floors in sizes:
        for _ in range(tries):
            x, y = rng.uniform(west, east), rng.uniform(south, north)
            box = affinity.rotate(shapely.box(x, y, x + length, y + depth), angle)
            others = shapely.union_all([keep_clear, *(m.outline.buffer(5) for m in made)])
            if ground.contains(box) and not box.intersects(others):
                made.append(_hall(box, floors))
                break
    return made


def _hall(box: Polygon, floors: int) -> Footprint:
    outline = shapely.set_precision(box, CM)
    a, b = np.asarray(outline.exterior.coords)[:2]
    return Footprint(outline, "hall", floors, 0, 0, (Point((a + b) / 2),))
