"""The metric CRS of a community: CGCS2000 3-degree zones in China, UTM elsewhere."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidGeometry, WrongCrs

STORED = "EPSG:4326"
"""The CRS of everything stored: lon, lat in degrees."""

FIRST_MERIDIAN, LAST_MERIDIAN = 75, 135

# Chooses a projection and nothing else: drawn by hand some 30 km outside the land and the islands.
# fmt: off
_CHINA = shapely.Polygon(
    [
        (73.2, 39.6), (73.5, 38.3), (74.4, 36.9), (75.6, 36.3), (77.6, 35.2), (78.2, 32.3),
        (80.9, 29.9), (84.0, 28.3), (85.9, 27.7), (88.7, 27.6), (91.6, 27.4), (92.5, 26.6),
        (95.5, 27.6), (97.2, 27.5), (98.0, 25.5), (97.3, 24.5), (97.4, 23.6), (98.6, 23.3),
        (98.8, 21.9), (99.9, 21.4), (101.2, 20.9), (102.3, 22.2), (103.9, 22.2), (105.3, 22.8),
        (106.6, 22.2), (106.7, 21.7), (108.0, 21.2), (108.0, 18.0), (110.3, 15.0), (110.3, 12.0),
        (109.0, 7.0), (111.5, 3.2), (113.2, 3.6), (116.0, 8.0), (118.0, 11.0), (119.2, 15.0),
        (119.5, 18.0), (120.6, 21.2), (123.0, 21.5), (125.2, 25.5), (123.8, 31.5), (123.5, 36.5),
        (124.0, 39.4), (124.6, 39.8), (126.2, 40.8), (127.2, 41.2), (128.4, 41.2), (130.0, 42.2),
        (130.9, 42.2), (131.3, 42.9), (131.5, 44.6), (133.5, 44.9), (134.1, 47.2), (135.4, 48.6),
        (131.3, 48.6), (130.9, 49.2), (127.8, 50.6), (126.3, 53.3), (123.6, 53.9), (119.6, 53.4),
        (119.3, 50.6), (116.6, 50.2), (115.2, 48.1), (115.3, 47.3), (118.2, 47.0), (115.5, 46.2),
        (111.3, 45.3), (111.3, 44.0), (109.0, 42.8), (105.0, 42.0), (96.5, 43.2), (95.6, 44.6),
        (91.1, 45.8), (91.0, 47.5), (87.9, 49.5), (85.2, 48.6), (82.8, 47.5), (81.9, 45.6),
        (79.6, 45.2), (80.2, 42.5), (75.8, 40.7),
    ]
)
# fmt: on


def metric_crs(place: BaseGeometry | gpd.GeoDataFrame | gpd.GeoSeries) -> pyproj.CRS:
    """
    Return the CRS in which a community is measured, in metres.

    In China the CGCS2000 3-degree Gauss-Kruger zone whose central meridian (75, 78, ... 135 E)
    is nearest to the centre of the bounding box: EPSG:4534 to 4554. Elsewhere the UTM zone of
    that centre on WGS 84 (EPSG:326nn north, 327nn south). "In China" is a coarse outline drawn
    outside the border: it chooses a projection and says nothing else.

    Parameters
    ----------
    place
        A frame or series with a CRS, or a bare geometry in EPSG:4326. Not modified.

    Returns
    -------
    crs
        Projected, metres, easting first.

    Raises
    ------
    WrongCrs
        A frame without CRS, or a centre that is no position on Earth.
    InvalidGeometry
        Nothing to take the centre of.

    Examples
    --------
    >>> metric_crs(shapely.Point(116.33, 40.0)).to_epsg()
    4548
    >>> metric_crs(shapely.Point(24.94, 60.17)).to_epsg()
    32635
    """
    lon, lat = centre(place)
    if shapely.contains_xy(_CHINA, lon, lat):
        return zone_crs(nearest_meridian(lon))
    zone = min(int((lon + 180) // 6) + 1, 60)
    return named_crs(f"EPSG:{(32600 if lat >= 0 else 32700) + zone}")


def zone_crs(meridian: int, *, prefixed: bool = False) -> pyproj.CRS:
    """
    Return the CGCS2000 3-degree zone of a central meridian.

    `prefixed` eastings begin with the zone's number (39 for 117 E: 39,500,000 on the meridian;
    EPSG:4513 to 4533); others don't (EPSG:4534 to 4554).

    >>> zone_crs(117).to_epsg(), zone_crs(117, prefixed=True).to_epsg()
    (4548, 4527)
    """
    if meridian % 3 or not FIRST_MERIDIAN <= meridian <= LAST_MERIDIAN:
        raise WrongCrs(
            f"There is no CGCS2000 3-degree zone with central meridian {meridian}: "
            "take 75, 78, ... 135.",
            f"CGCS2000 三度带没有中央经线 {meridian}：应为 75、78……135。",
        )
    return named_crs(f"EPSG:{(4513 if prefixed else 4534) + (meridian - FIRST_MERIDIAN) // 3}")


@lru_cache(maxsize=256)
def transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Return the way between two CRS, longitude or easting first; building one costs 20 ms."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=256)
def named_crs(name: str) -> pyproj.CRS:
    """Return the horizontal CRS of a name PROJ knows (``EPSG:n``, WKT, PROJJSON); else WrongCrs."""
    short = name if len(name) <= 60 else f"{name[:57]}..."
    try:
        crs = pyproj.CRS.from_user_input(int(name) if name.isdigit() else name)
    except CRSError as error:
        raise WrongCrs(
            f"Unknown coordinate system {short!r}: "
            "give --crs EPSG:n, WKT, cgcs2000-3deg, gcj02 or bd09.",
            f"无法识别坐标系“{short}”：请用 --crs 指定 EPSG:n、WKT、cgcs2000-3deg、gcj02 或 bd09。",
        ) from error
    crs = crs.to_2d()
    if not (crs.is_geographic or crs.is_projected):
        raise WrongCrs(
            f"{short!r} gives no positions on the map (it is a {crs.type_name}): "
            "give the CRS the coordinates are in.",
            f"“{short}”不是平面或经纬度坐标系（{crs.type_name}）：请指定数据实际所用的坐标系。",
        )
    return crs


def nearest_meridian(lon: float) -> int:
    """Return the central meridian of the 3-degree zone that holds a longitude in China."""
    return min(max(3 * round(lon / 3), FIRST_MERIDIAN), LAST_MERIDIAN)


def centre(place: BaseGeometry | gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[float, float]:
    """Return lon and lat of the centre of a bounding box; errors as `metric_crs`."""
    if isinstance(place, BaseGeometry):
        bounds = np.asarray(place.bounds if not place.is_empty else [np.nan] * 4)
    elif place.crs is None:
        raise WrongCrs(
            "This layer has no coordinate system: give --crs EPSG:n, cgcs2000-3deg, gcj02 or bd09.",
            "此图层没有坐标系：请用 --crs 指定 EPSG:n、cgcs2000-3deg、gcj02 或 bd09。",
        )
    else:
        bounds = np.asarray(
            gpd.GeoSeries(shapely.box(*place.total_bounds), crs=place.crs)
            .to_crs(STORED)
            .total_bounds
        )
    if np.isnan(bounds).any():
        raise InvalidGeometry("There is no geometry to measure.", "没有可量算的几何图形。")
    lon, lat = float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise WrongCrs(
            f"({lon:.6g}, {lat:.6g}) is no longitude and latitude: give the right --crs.",
            f"（{lon:.6g}，{lat:.6g}）不是经纬度：请用 --crs 指定正确的坐标系。",
        )
    return lon, lat
