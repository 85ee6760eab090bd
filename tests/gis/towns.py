"""Small made-up communities: drawn on a metre lattice near a real place, as canonical layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from gis.cells import Ground, build_ground

X0, Y0, CRS = 500_000.0, 4_400_000.0, "EPSG:32650"


def layer(shapes: Sequence[BaseGeometry], **columns: object) -> gpd.GeoDataFrame:
    """Take shapes drawn in metres to a canonical layer in degrees."""
    moved = shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + np.array([X0, Y0]))
    geometry = gpd.GeoSeries(moved, crs=CRS).to_crs("EPSG:4326")
    return gpd.GeoDataFrame(columns, geometry=geometry)


def in_metres(ground: Ground, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Take shapes drawn in metres to the CRS of a ground, by way of degrees."""
    assert ground.units.crs is not None
    return list(layer(shapes).to_crs(ground.units.crs).geometry)


@dataclass
class Town:
    """One community in metres; `ground` builds it."""

    buildings: Sequence[BaseGeometry]
    community: BaseGeometry = field(default_factory=lambda: box(0, 0, 200, 200))
    courtyards: Sequence[BaseGeometry] = field(default_factory=list)
    walled: bool = True
    barriers: Sequence[tuple[str, BaseGeometry]] = field(default_factory=list)
    bridges: Sequence[LineString] = field(default_factory=list)
    lanes: Sequence[LineString] = field(default_factory=list)
    gates: Sequence[Point] = field(default_factory=list)

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """All layers but the buildings, canonical."""
        yards, gates = len(self.courtyards), len(self.gates)
        lines = [*self.bridges, *self.lanes]
        return {
            "community": layer([self.community], area_code=["110108001001"]),
            "courtyards": layer(
                self.courtyards,
                courtyard_id=[f"c{i}" for i in range(yards)],
                kind=["old", "new"] * (yards // 2) + ["old"] * (yards % 2),
                walled=[self.walled] * yards,
            ),
            "barriers": layer(
                [line for _, line in self.barriers],
                barrier_id=[f"r{i}" for i in range(len(self.barriers))],
                kind=[kind for kind, _ in self.barriers],
            ),
            "streets": layer(
                lines,
                street_id=[f"s{i}" for i in range(len(lines))],
                street_class=["street"] * len(self.bridges) + ["lane"] * len(self.lanes),
                bridge=[i < len(self.bridges) for i in range(len(lines))],
            ),
            "gates": layer(self.gates, gate_id=[f"g{i}" for i in range(gates)]),
        }

    def houses(self) -> gpd.GeoDataFrame:
        """The buildings layer: b0, b1 ... with 10, 11 ... households."""
        count = len(self.buildings)
        return layer(
            self.buildings,
            building_id=[f"b{i}" for i in range(count)],
            households=[10 + i for i in range(count)],
        )

    def ground(self) -> Ground:
        """Build the ground of this community."""
        return build_ground(self.houses(), **self.layers())

    def area(self, ground: Ground) -> BaseGeometry:
        """The community's border in the CRS of its ground."""
        return in_metres(ground, [self.community])[0]


def slabs(columns: int, rows: int, *, x: float = 10, y: float = 10) -> list[BaseGeometry]:
    """Rows of slab blocks of 20 x 10 m, 30 m apart."""
    return [
        box(x + 30 * i, y + 30 * j, x + 30 * i + 20, y + 30 * j + 10)
        for j in range(rows)
        for i in range(columns)
    ]


_metres = st.integers(-20, 220)
_tenths = st.integers(-200, 2200).map(lambda n: n / 10)
_sizes = st.sampled_from([1.0, 3.0, 7.5, 12.0, 40.0, 120.0])


@st.composite
def _boxes(draw: st.DrawFn) -> Polygon:
    x, y = draw(_tenths), draw(_tenths)
    return box(x, y, x + draw(_sizes), y + draw(_sizes))


@st.composite
def _shapes(draw: st.DrawFn) -> BaseGeometry:
    shape = draw(_boxes())
    form = draw(st.sampled_from(["box", "ring", "twins", "turned"]))
    if form == "ring":
        return shape.difference(affinity.scale(shape, 0.5, 0.5))
    if form == "twins":
        return MultiPolygon([shape, affinity.translate(shape, draw(st.integers(121, 140)))])
    if form == "turned":
        return affinity.rotate(shape, draw(st.integers(1, 89)))
    return shape


@st.composite
def _lines(draw: st.DrawFn) -> LineString:
    points = st.tuples(_metres, _metres)
    return LineString(draw(st.lists(points, min_size=2, max_size=6, unique=True)))


_COMMUNITIES = [
    box(0, 0, 200, 200),
    box(0, 0, 200, 200).difference(box(80, 80, 120, 130)),
    MultiPolygon([box(0, 0, 90, 200), box(110, 0, 200, 60), box(110, 61, 112, 62)]),
    Point(100, 100).buffer(110, quad_segs=5),
]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Wild communities: anything may overlap, touch, nest, cross or poke out."""
    buildings = draw(st.lists(_shapes(), max_size=7))
    twice = draw(st.booleans())
    kinds = st.sampled_from(["river", "railway", "arterial", "wall", "other"])
    return Town(
        buildings=[*buildings, *buildings[: int(twice)]],
        community=draw(st.sampled_from(_COMMUNITIES)),
        courtyards=draw(st.lists(_boxes(), max_size=4)),
        walled=draw(st.booleans()),
        barriers=draw(st.lists(st.tuples(kinds, _lines() | _boxes()), max_size=3)),
        bridges=draw(st.lists(_lines(), max_size=2)),
    )
