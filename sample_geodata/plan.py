"""What is drawn by hand before anything is generated: the plan of a town, in local metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from shapely import LineString, Point, Polygon
from shapely.ops import split

from sample_geodata.shapes import largest, lines_in

Use = Literal[
    "old",
    "new",
    "resettlement",
    "commercial",
    "houses",
    "park",
    "school",
    "kindergarten",
    "hospital",
    "mill",
    "market",
    "offices",
]
COURTYARD_USES: tuple[Use, ...] = ("old", "new", "resettlement", "commercial")

HALF_WIDTH_M = {"arterial": 19.0, "street": 9.5, "lane": 5.0, "footpath": 2.5, "steps": 2.5}
BANK_M = 32.0
"""From the middle of the river to the middle of the road along its bank."""

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Road:
    """One drawn road: its middle line, its class and its name."""

    line: LineString
    street_class: str
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Keep one block of about `area_m2` around a point for a use."""

    x: float
    y: float
    use: Use
    area_m2: float


@dataclass(frozen=True, slots=True)
class CommunitySeed:
    """A community: its name and a point inside it."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TownPlan:
    """
    The drawn bones of a town, in local metres with y to the north.

    ``cuts`` are the lines that, with the boundary, part the communities; ``uses`` weighs
    what the blocks without a wish become; ``block_m2`` is the usual size of a block.
    """

    boundary: Polygon
    roads: tuple[Road, ...]
    communities: tuple[CommunitySeed, ...]
    cuts: tuple[LineString, ...] = ()
    river: LineString | None = None
    river_name: str = "云溪河"
    railway: LineString | None = None
    wishes: tuple[Wish, ...] = ()
    uses: dict[Use, float] = field(default_factory=dict)
    block_m2: float = 16_000.0
    oversized: bool = False


def smooth(points: Pairs, step_m: float = 22.0) -> LineString:
    """Draw a smooth line through the points, with a vertex about every `step_m` metres."""
    xy = np.asarray(points, dtype=float)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    spline = CubicSpline(along, xy)
    at = np.linspace(0.0, along[-1], max(2, round(along[-1] / step_m)) + 1)
    return shapely.set_precision(LineString(spline(at)), 0.01)


def smooth_ring(points: Pairs, step_m: float = 30.0) -> Polygon:
    """Draw a smooth closed ring through the points."""
    xy = np.asarray([*points, points[0]], dtype=float)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    spline = CubicSpline(along, xy, bc_type="periodic")
    at = np.linspace(0.0, along[-1], round(along[-1] / step_m), endpoint=False)
    return shapely.set_precision(Polygon(spline(at)), 0.01)


def below(ring: Polygon, line: LineString, margin_m: float) -> Polygon:
    """The southern part of a ring, up to `margin_m` metres north of a line from west to east."""
    edge = lines_in(line.offset_curve(margin_m).simplify(0.5))[0]
    south = min(split(ring, edge).geoms, key=lambda p: float(p.centroid.y))
    return shapely.set_precision(largest(south), 0.01)


def bank_roads(river: LineString, names: tuple[str, str]) -> tuple[Road, Road]:
    """The two roads along a river: left bank, right bank."""
    left, right = (
        lines_in(river.offset_curve(side).simplify(0.5))[0] for side in (BANK_M, -BANK_M)
    )
    return Road(left, "street", names[0]), Road(right, "street", names[1])


def inside(point: Wish | CommunitySeed, polygon: Polygon) -> bool:
    """Whether the drawn point lies in the polygon."""
    return bool(polygon.contains(Point(point.x, point.y)))
