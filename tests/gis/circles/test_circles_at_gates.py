"""Circles at the gates of a closed courtyard between two streets."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pytest
import shapely

from gis.circles.isochrone import isochrone
from gis.circles.polygons import circles
from gis.circles.raster import WalkRaster
from gis.metric import STORED, named_crs, transformer
from gis.network.build import network_of
from gis.network.policy import GatePolicy, search_graph
from gis.network.snapping import places, snap, snapper
from tests.gis.circles.ground import drawn_back
from tests.gis.network.drawn import CRS, Spot, at, streets

NORTH, INSIDE, SOUTH = (350.0, 290.0), (110.0, 120.0), (40.0, -60.0)


def _layer(shapes: list[shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


@dataclass(frozen=True)
class Yard:
    """A walled square with a lane through its two gates, a street north and one south of it."""

    raster: WalkRaster

    def circle(self, spot: Spot, gates: GatePolicy) -> shapely.MultiPolygon:
        """Ground from which a facility is reached within 700 m."""
        network = self.raster.network
        point = _layer([shapely.Point(at(*spot))])
        snaps = snap(self.raster.snapper, places(point, network.crs))
        (drawn,) = circles(self.raster, search_graph(network, gates), snaps, [700.0])
        return drawn_back(drawn.areas[0])

    def walk(self, spot: Spot, gates: GatePolicy) -> shapely.MultiPolygon:
        """Ground that a person reaches within 700 m."""
        lon, lat = transformer(named_crs(CRS), named_crs(STORED)).transform(*at(*spot))
        graph = search_graph(self.raster.network, gates, "people")
        return drawn_back(isochrone(self.raster, graph, lon, lat, [700.0], 1.0).areas[0])


@pytest.fixture(scope="module")
def yard() -> Yard:
    """Build the courtyard between its streets."""
    lines = streets(
        [
            [(-400, -50), (100, -50), (600, -50)],
            [(-400, 280), (100, 280), (600, 280)],
            [(100, -50), (100, 0), (100, 100), (100, 200), (100, 280)],
        ]
    )
    ground = _layer(
        [shapely.Polygon([at(0, 0), at(200, 0), at(200, 200), at(0, 200)])],
        courtyard_id=["yard"],
        walled=[True],
    )
    doors = _layer(
        [shapely.Point(at(100, 0)), shapely.Point(at(100, 200))],
        gate_id=["south", "north"],
        courtyard_id=["yard", "yard"],
    )
    return Yard(WalkRaster(snapper(network_of(lines, ground, doors))))


@pytest.mark.parametrize(
    ("gates", "holds"),
    [
        ("open", (True, True, True)),
        ("residents", (True, True, False)),
        ("shut", (True, False, False)),
    ],
)
def test_who_reaches_a_place_north_of_the_courtyard(
    yard: Yard, gates: GatePolicy, holds: tuple[bool, ...]
) -> None:
    area = yard.circle(NORTH, gates)
    assert tuple(area.contains(shapely.Point(spot)) for spot in (NORTH, INSIDE, SOUTH)) == holds


def test_residents_reach_both_streets_and_visitors_the_courtyard_only(yard: Yard) -> None:
    home = yard.walk(INSIDE, "residents")
    assert home.contains(shapely.MultiPoint([NORTH, INSIDE, SOUTH]))
    visitor = yard.walk(SOUTH, "residents")
    assert visitor.contains(shapely.MultiPoint([SOUTH, INSIDE]))
    assert not visitor.contains(shapely.Point(NORTH))
    assert not yard.walk(SOUTH, "shut").contains(shapely.Point(INSIDE))


def test_a_place_inside_is_reached_by_residents_and_visitors(yard: Yard) -> None:
    assert yard.circle(INSIDE, "residents").contains(shapely.MultiPoint([NORTH, INSIDE, SOUTH]))
    shut = yard.circle(INSIDE, "shut")
    assert shut.contains(shapely.Point(INSIDE))
    # the wall is where it ends, to the width of a cell
    assert shut.difference(shapely.box(-10, -10, 210, 210)).is_empty
