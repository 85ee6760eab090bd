"""``bbox`` of a request: four or six numbers in some coordinate system, as shapes to search by."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from api.errors import BadParameter
from api.services.ogc.crs import FeatureCrs
from gis.metric import STORED, named_crs, transformer
from gis.store.features import BBox, Place

# Beyond its own area of use a projection is still good for this many degrees.
_BEYOND_LON, _BEYOND_LAT = 4.5, 5.0
# Straight lines of a projected box bend in degrees; this many points of each edge tell how far.
_EDGE_POINTS = 21
# No degree and no metre on Earth is larger; NaN and infinity are not smaller.
_FAR = 1e9


def place_of(text: str, crs: FeatureCrs) -> Place:
    """
    Read a box into what the database searches by.

    A box in degrees whose west is greater than its east lies across the antimeridian. Heights
    (the third and the sixth of six numbers) are read and not looked at: nothing here has one. In
    a projected system a feature must touch the very box, not its outline in degrees.

    Raises
    ------
    BadParameter
        Not four or six finite numbers, or a lower bound above its upper one.
    """
    numbers = _numbers(text)
    if crs.swapped:
        numbers = [numbers[i] for i in (1, 0, 3, 2)]
    west, south, east, north = numbers
    if south > north or (crs.srid is not None and west > east):
        raise _no_box(text)
    if crs.srid is None:
        return Place(tuple(_ewkb(box, 4326) for box in _around(west, south, east, north)))
    return _projected((west, south, east, north), crs, crs.srid)


def _numbers(text: str) -> list[float]:
    """The four numbers of the plane."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise _no_box(text) from None
    if len(numbers) not in (4, 6) or not all(abs(n) <= _FAR for n in numbers):
        raise _no_box(text)
    if len(numbers) == 4:
        return numbers
    if numbers[2] > numbers[5]:
        raise _no_box(text)
    return [numbers[i] for i in (0, 1, 3, 4)]


def _no_box(text: str) -> BadParameter:
    short = text if len(text) <= 80 else f"{text[:77]}..."
    return BadParameter(
        f"bbox={short} is no box: write four numbers (or six, with heights), the lower corner "
        "first, in the axis order of bbox-crs; without bbox-crs west,south,east,north in degrees.",
        f"bbox={short} 不是有效范围：请写四个数（带高程则六个），先写小角点，"
        "轴序依 bbox-crs；不写 bbox-crs 时为 西,南,东,北（度）。",
    )


def _around(west: float, south: float, east: float, north: float) -> list[BBox]:
    """The parts of a box of degrees that lie on the map from 180 W to 180 E."""
    low, high = max(south, -90.0), min(north, 90.0)
    if low > high:
        return []
    if west > east:
        east += 360 * math.ceil((west - east) / 360)
    if east - west >= 360:
        return [(-180.0, low, 180.0, high)]
    turns = range(math.floor((west - 180) / 360), math.ceil((east + 180) / 360) + 1)
    parts = [(max(west - 360 * n, -180.0), min(east - 360 * n, 180.0)) for n in turns]
    return [(left, low, right, high) for left, right in parts if left <= right]


def _projected(box: BBox, crs: FeatureCrs, srid: int) -> Place:
    domain = _domain(crs.uri, crs.crs)
    west, south = max(box[0], domain[0]), max(box[1], domain[1])
    east, north = min(box[2], domain[2]), min(box[3], domain[3])
    if west > east or south > north:
        return Place(())
    back = transformer(crs.crs, named_crs(STORED))
    along_x, along_y = (np.linspace(*ends, _EDGE_POINTS) for ends in ((west, east), (south, north)))
    x = np.concatenate([along_x, along_x, np.full(_EDGE_POINTS, west), np.full(_EDGE_POINTS, east)])
    y = np.concatenate(
        [np.full(_EDGE_POINTS, south), np.full(_EDGE_POINTS, north), along_y, along_y]
    )
    lon, lat = (np.asarray(v) for v in back.transform(x, y))
    # Between two points of an edge the curve strays by less than a step's share of the bend.
    margin = max(float(np.ptp(lon)), float(np.ptp(lat))) / _EDGE_POINTS + 1e-6
    near = (lon.min() - margin, lat.min() - margin, lon.max() + margin, lat.max() + margin)
    return Place((_ewkb(near, 4326),), (_ewkb((west, south, east, north), srid), srid))


@cache
def _domain(_: str, crs: pyproj.CRS) -> BBox:
    """The box of projected coordinates inside which the projection is used."""
    area = crs.area_of_use
    if area is None:
        raise AssertionError(crs)
    whole = area.west <= -180 and area.east >= 180
    beyond_lon, beyond_lat = (0.0, 0.0) if whole else (_BEYOND_LON, _BEYOND_LAT)
    forth = transformer(named_crs(STORED), crs)
    return forth.transform_bounds(
        area.west - beyond_lon,
        max(area.south - beyond_lat, -85.06),
        area.east + beyond_lon,
        min(area.north + beyond_lat, 85.06),
        densify_pts=_EDGE_POINTS,
    )


def _ewkb(box: BBox, srid: int) -> bytes:
    """A box, or the line or the point it has shrunk to."""
    west, south, east, north = box
    shape: BaseGeometry = shapely.box(*box)
    if west == east and south == north:
        shape = shapely.Point(west, south)
    elif west == east or south == north:
        shape = shapely.LineString([(west, south), (east, north)])
    return bytes(shapely.to_wkb(shapely.set_srid(shape, srid), include_srid=True))
